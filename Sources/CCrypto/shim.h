// OpenSSL's libcrypto as Debian's libssl-dev provides it.
#pragma once
#include <openssl/evp.h>
