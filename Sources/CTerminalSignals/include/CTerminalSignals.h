// Signals while a program controls a terminal. In C, because a handler may interrupt anything, and Swift does not
// guarantee which of its code takes locks or allocates memory.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <termios.h>

// How to restore the terminal.
struct terminal_restoration {
    int terminal;               // its file descriptor
    struct termios modes;       // its previous modes
    const char *sequence;       // restores the previous screen; copied, at most 1,024 bytes
    size_t length;
    int standard_output;        // copies of the files that are captured; -1 where they are not
    int standard_error;
    int captured;               // the non-blocking pipe that captures them, or -1
};

// Installs handlers for signals that resize, suspend or end a program, except ignored ones, and for those of a crash.
// From now on, the terminal is restored before the program ends. A signal of the former kinds is recorded and `wake`
// (an eventfd) is written to; one that arrives again before it was taken ends the program. Returns 0, or -1 with errno.
int terminal_signals_begin(const struct terminal_restoration *restoration, int wake);

// Returns the signals since the last call: bit n for signal n.
uint64_t terminal_signals_take(void);

// Suspends the program as if there were no handler, and returns when it continues. The terminal must have been
// restored.
void terminal_signals_suspend(void);

// Removes the handlers. The terminal must have been restored.
void terminal_signals_end(void);
