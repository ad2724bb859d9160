// What the program was started with, and what it was built from.
#pragma once

// The arguments. Swift's `CommandLine` looks for them in front of `environ`, and finds none where a preloaded library has
// moved that.
int startup_argument_count(void);
char *const *startup_arguments(void);

// The commit, such as `f2e6e4f38a1b`, with `-dirty` after it where files were changed; empty where nobody has said it.
const char *build_commit(void);
// The compiler, such as `Swift 6.3.1`; empty where nobody has said it.
const char *build_compiler(void);
