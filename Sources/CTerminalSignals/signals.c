// Signal handlers. They only use what POSIX allows in one: atomics, write, read, dup2, tcsetattr, sigaction, raise.
#define _GNU_SOURCE
#include "CTerminalSignals.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGXCPU};
static const int steering[] = {SIGWINCH, SIGTSTP, SIGCONT};
static const int crashing[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS, SIGPIPE};
// These also end a program unless it handles them; so do all real-time signals.
static const int deadly[] = {SIGXFSZ, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGSTKFLT};
#define COUNT(list) (sizeof list / sizeof list[0])

static struct terminal_restoration restoration;
static char sequence[1024];
static int wake = -1;
static atomic_bool held;         // the terminal must be restored
static _Atomic uint64_t pending;
static struct sigaction before[65];
static bool taken[65];           // signals that have our handler
static char alternate_stack[64 * 1024];

static void write_all(int file, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t written = write(file, bytes, count);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        bytes += written;
        count -= (size_t)written;
    }
}

// Runs once; later calls have no effect.
static void restore(void) {
    if (!atomic_exchange(&held, false)) return;
    // In the background, setting modes would stop the program.
    struct sigaction ignore = {.sa_handler = SIG_IGN}, previous;
    sigaction(SIGTTOU, &ignore, &previous);
    write_all(restoration.terminal, sequence, restoration.length);
    tcsetattr(restoration.terminal, TCSANOW, &restoration.modes);
    tcflush(restoration.terminal, TCIFLUSH);
    sigaction(SIGTTOU, &previous, NULL);

    if (restoration.standard_output >= 0) dup2(restoration.standard_output, STDOUT_FILENO);
    if (restoration.standard_error >= 0) dup2(restoration.standard_error, STDERR_FILENO);
    if (restoration.captured >= 0) {
        // Final output, such as the reason for a crash.
        char words[4096];
        ssize_t count;
        while ((count = read(restoration.captured, words, sizeof words)) > 0)
            write_all(STDERR_FILENO, words, (size_t)count);
    }
}

static void note(int number) {
    const int error = errno;
    atomic_fetch_or(&pending, UINT64_C(1) << number);
    const uint64_t one = 1;
    if (write(wake, &one, sizeof one) < 0) { /* full, which also wakes the reader */ }
    errno = error;
}

// Ends the program as if there were no handler: the signal is blocked here and takes effect on return.
static void end_with(int number) {
    restore();
    sigaction(number, &before[number], NULL);
    raise(number);
}

static void ask_to_end(int number) {
    // The CPU time limit repeats its signal every second.
    if (number != SIGXCPU && atomic_load(&pending) & UINT64_C(1) << number) {
        struct sigaction plain = {.sa_handler = SIG_DFL};
        before[number] = plain;
        end_with(number);
    } else {
        note(number);
    }
}

static void at_exit(void) { restore(); }

static int take(int number, void (*handler)(int), int flags) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigemptyset(&action.sa_mask);
    if (sigaction(number, NULL, &before[number]) != 0) return -1;
    if (!(before[number].sa_flags & SA_SIGINFO) && before[number].sa_handler == SIG_IGN) return 0;
    taken[number] = true;
    return sigaction(number, &action, NULL);
}

int terminal_signals_begin(const struct terminal_restoration *given, int eventfile) {
    static bool is_registered;
    if (given->length > sizeof sequence) {
        errno = E2BIG;
        return -1;
    }
    restoration = *given;
    memcpy(sequence, given->sequence, given->length);
    restoration.sequence = sequence;
    wake = eventfile;
    atomic_store(&pending, 0);
    atomic_store(&held, true);
    if (!is_registered && atexit(at_exit) == 0) is_registered = true;

    // A separate stack, because the crash may be a stack overflow. Only this thread has one.
    stack_t stack;
    if (sigaltstack(NULL, &stack) == 0 && stack.ss_flags & SS_DISABLE) {
        stack = (stack_t){.ss_sp = alternate_stack, .ss_size = sizeof alternate_stack};
        sigaltstack(&stack, NULL);
    }
    for (size_t index = 0; index < COUNT(ending); index++)
        if (take(ending[index], ask_to_end, SA_RESTART) != 0) return -1;
    for (size_t index = 0; index < COUNT(steering); index++)
        if (take(steering[index], note, SA_RESTART) != 0) return -1;
    for (size_t index = 0; index < COUNT(crashing); index++)
        if (take(crashing[index], end_with, SA_ONSTACK) != 0) return -1;
    for (size_t index = 0; index < COUNT(deadly); index++)
        if (take(deadly[index], end_with, 0) != 0) return -1;
    for (int number = SIGRTMIN; number <= SIGRTMAX; number++)
        if (take(number, end_with, 0) != 0) return -1;
    // The parent process may have blocked them; they would never arrive.
    sigset_t asked;
    sigemptyset(&asked);
    for (size_t index = 0; index < COUNT(ending); index++) sigaddset(&asked, ending[index]);
    for (size_t index = 0; index < COUNT(steering); index++) sigaddset(&asked, steering[index]);
    pthread_sigmask(SIG_UNBLOCK, &asked, NULL);
    return 0;
}

uint64_t terminal_signals_take(void) { return atomic_exchange(&pending, 0); }

void terminal_signals_suspend(void) {
    if (!taken[SIGTSTP]) return;
    struct sigaction plain = {.sa_handler = SIG_DFL}, ours;
    atomic_store(&held, false);
    sigaction(SIGTSTP, &plain, &ours);
    sigset_t stop, mask;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &stop, &mask);
    raise(SIGTSTP);  // returns when SIGCONT has come
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    sigaction(SIGTSTP, &ours, NULL);
    // The caller already knows that the program continues.
    atomic_fetch_and(&pending, ~(UINT64_C(1) << SIGCONT));
    atomic_store(&held, true);
}

void terminal_signals_end(void) {
    atomic_store(&held, false);
    for (int number = 1; number < 65; number++) {
        if (taken[number]) sigaction(number, &before[number], NULL);
        taken[number] = false;
    }
}
