#include "CStartup.h"

static int argument_count;
static char **arguments;

// Initializers of a program get its arguments from the C library, like `main`.
__attribute__((constructor)) static void keep_arguments(int count, char **values) {
    argument_count = count;
    arguments = values;
}

int startup_argument_count(void) { return argument_count; }

char *const *startup_arguments(void) { return arguments; }

// Package.swift defines these macros if it knows them.
#ifndef VGGLAB_COMMIT
#define VGGLAB_COMMIT ""
#endif
#ifndef VGGLAB_COMPILER
#define VGGLAB_COMPILER ""
#endif

const char *build_commit(void) { return VGGLAB_COMMIT; }

const char *build_compiler(void) { return VGGLAB_COMPILER; }
