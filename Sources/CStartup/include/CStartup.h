// The program's arguments, and the sources that it was built from.
#pragma once

// The arguments. Swift's `CommandLine` searches for them before `environ`, and finds none if a preloaded library has
// moved it.
int startup_argument_count(void);
char *const *startup_arguments(void);

// The commit, such as `f2e6e4f38a1b`, with the suffix `-dirty` if files were changed; empty if unknown.
const char *build_commit(void);
// The compiler, such as `Swift 6.3.1`; empty if unknown.
const char *build_compiler(void);
