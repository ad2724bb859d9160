// The compute threads. oneDNN requests threads from GNU's OpenMP runtime by a few names; this target defines them, and
// the dynamic linker prefers the program's own definitions. So the library's work and ours run on the same threads,
// environment variables change neither their number nor their way of waiting, and a thread that cannot be started is an
// error rather than an exit.
//
// Each thread that starts parallel work owns a team: itself and workers, which end with it. Work is split into parts;
// any free thread of the team takes the next one. Threads never wait for a thread that has no processor, only for parts
// that have started. In C, because Swift has no atomics that a thread can sleep on.
#pragma once

#include <stdbool.h>

/// Work: called once for each of `parts` parts.
typedef void (*threads_body)(int part, int parts, void *context);

/// Sets the number of threads for the calling thread's parallel work, at least one, and starts missing ones. Returns 0,
/// or the error number of a thread that could not be started; the number is unchanged then.
int threads_set_count(int count);

/// Returns the number of threads for the calling thread's parallel work.
int threads_count(void);

/// Runs all parts and waits for them. Inside a part, the calling thread runs all parts itself.
void threads_run(int parts, threads_body body, void *context);

/// Returns whether another OpenMP runtime, LLVM's or Intel's, is loaded, so that the library does not use the names
/// below.
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
