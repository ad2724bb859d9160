// The program's arguments as it was started with them. Swift's `CommandLine` looks for them in front of `environ`, and finds
// none where a preloaded library has moved that.
#pragma once

int startup_argument_count(void);
char *const *startup_arguments(void);
