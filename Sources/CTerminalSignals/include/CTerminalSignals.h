// Signals while a program holds a terminal. C, because a handler may interrupt anything, and Swift makes no promise
// about which of its code takes a lock or memory.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <termios.h>

// How to give the terminal back.
struct terminal_restoration {
    int terminal;               // its file
    struct termios modes;       // as they were
    const char *sequence;       // what leaves the screen as it was; copied, at most 1,024 bytes
    size_t length;
    int standard_output;        // copies of the files that are captured; -1 where they are not
    int standard_error;
    int captured;               // the pipe they are captured in, not blocking, or -1
};

// Takes over the signals that resize, suspend and end a program, but those that are ignored, and those of a crash.
// From now on whatever ends the program gives the terminal back first. A signal of the former kinds is recorded and
// `wake` (an eventfd) is written to; one that comes again before it was taken ends the program. 0, or -1 with errno.
int terminal_signals_begin(const struct terminal_restoration *restoration, int wake);

// The signals that came since the last call: bit n for signal n.
uint64_t terminal_signals_take(void);

// Suspends the program as it would be without a handler, and returns when it continues. The terminal must have been
// given back.
void terminal_signals_suspend(void);

// Gives the signals back. The terminal must have been given back.
void terminal_signals_end(void);
