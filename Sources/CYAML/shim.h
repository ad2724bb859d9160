// libyaml as Debian's libyaml-dev provides it.
#pragma once
#include <yaml.h>
