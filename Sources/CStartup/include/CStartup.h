// What must be settled before any library starts. Nothing to call: being linked into the program is enough.
#pragma once
