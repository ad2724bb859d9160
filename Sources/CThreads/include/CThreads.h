// The threads that compute. oneDNN asks GNU's OpenMP runtime for threads, by a few names; this target defines them, and
// the dynamic linker takes the program's own definitions first. So the library's work and ours run on the same threads,
// whose number and way of waiting no variable of the environment changes, and a thread that cannot be started is an
// error, not an exit.
//
// Each thread that starts parallel work has a team: itself and workers, which end with it. Work is cut into parts;
// whichever thread of the team is free takes the next one. Nobody waits for a thread that has no processor, only for
// parts that have begun. C, because Swift has no atomics that threads can sleep on.
#pragma once

#include <stdbool.h>

/// Work: called once for each of `parts` parts.
typedef void (*threads_body)(int part, int parts, void *context);

/// Sets how many threads the calling thread's parallel work uses, at least one, and starts those that are missing.
/// 0, or the error number of a thread that could not be started; then the setting is as it was.
int threads_set_count(int count);

/// How many threads the calling thread's parallel work uses.
int threads_count(void);

/// Runs all parts and waits for them. Inside a part, the calling thread runs all parts itself.
void threads_run(int parts, threads_body body, void *context);

/// Whether another OpenMP runtime is loaded, LLVM's or Intel's, whose library does not use the names below.
int threads_are_bypassed(void);

// MARK: GNU's OpenMP runtime, as far as oneDNN calls it.

/// Calls `body` on `count` threads, 0 for `threads_count()`, and waits for them.
void GOMP_parallel(void (*body)(void *), void *data, unsigned count, unsigned flags);
/// The same in two halves, between which the caller runs `body` itself.
void GOMP_parallel_start(void (*body)(void *), void *data, unsigned count);
void GOMP_parallel_end(void);
/// Waits for all threads of the region.
void GOMP_barrier(void);
/// The calling thread's share of a loop from `start` up to, but not including, `end`: from `first` up to `last`. With a
/// `chunk`, shares are dealt out in turn; false when there is no more.
bool GOMP_loop_static_start(long start, long end, long step, long chunk, long *first, long *last);
bool GOMP_loop_static_next(long *first, long *last);
void GOMP_loop_end(void);
void GOMP_loop_end_nowait(void);
int omp_get_max_threads(void);
int omp_get_num_threads(void);
int omp_get_thread_num(void);
int omp_in_parallel(void);
