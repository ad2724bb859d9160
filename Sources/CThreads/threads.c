#define _GNU_SOURCE
#include "CThreads.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

// How long a thread spins before it sleeps: about the time that a wake-up takes. Spinning longer may occupy the
// processor that the awaited thread needs.
enum { SPIN_NANOSECONDS = 30 * 1000 };

// A value that threads wait on until it changes.
struct gate {
    _Atomic uint64_t value;
    atomic_int sleepers;
    pthread_cond_t changed;
};

struct member {
    struct team *team;
    struct member *_Atomic next;
    int index;             // 0 for the team's owner
    pthread_t thread;
    pid_t id;
    clockid_t clock;       // its CPU time
    atomic_bool is_busy;   // running a part
    atomic_bool is_away;   // moved to a processor lent by another member
    cpu_set_t home;        // its original affinity
};

struct team {
    struct gate tickets;     // work number << 32 | parts not yet taken
    struct gate unfinished;  // parts
    struct gate passed;      // barriers
    threads_body body;
    void *context;
    int parts;
    int count;               // as set by the owner
    atomic_int helpers;      // workers with an index up to this may take parts
    atomic_int arrived;      // parts at the barrier
    atomic_bool ends;
    pthread_mutex_t mutex;   // for sleeping and lending
    int owner_cpu;           // which workers avoid; -1 before the first work
    struct member owner;
    struct member *last;
    atomic_int size;         // members
};

static _Thread_local struct member *self;  // the calling thread, as owner of a team or as worker
static _Thread_local int current_part, current_parts = 1;
static _Thread_local bool is_inside;       // inside a part of parallel work

static int64_t nanoseconds(clockid_t clock) {
    struct timespec time;
    if (clock_gettime(clock, &time) != 0) return -1;
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

// MARK: Waiting

// Spins for a while; returns whether the value changed.
static bool sees_change(struct gate *gate, uint64_t value) {
    const int64_t end = nanoseconds(CLOCK_MONOTONIC) + SPIN_NANOSECONDS;
    do {
        for (int turn = 0; turn < 64; turn++) {
            if (atomic_load_explicit(&gate->value, memory_order_acquire) != value) return true;
#if defined(__x86_64__)
            __builtin_ia32_pause();
#elif defined(__aarch64__)
            __asm__ volatile("yield");
#endif
        }
    } while (nanoseconds(CLOCK_MONOTONIC) < end);
    return false;
}

// Before sleeping: lends the calling thread's processor to a member that is busy but has lost its processor to another
// program. Otherwise, Linux often leaves that member waiting for several milliseconds although a processor is idle.
// Returns whether the value changed in the meantime.
static bool lend_processor(struct team *team, struct gate *gate, uint64_t value) {
    const int size = team->size;
    int64_t before[size];
    int index = 0;
    for (struct member *member = &team->owner; member && index < size; member = atomic_load(&member->next))
        before[index++] = atomic_load(&member->is_busy) ? nanoseconds(member->clock) : -1;
    if (sees_change(gate, value)) return true;
    index = 0;
    for (struct member *member = &team->owner; member && index < size; member = atomic_load(&member->next)) {
        const int64_t used = before[index++];
        if (member == self || used < 0 || nanoseconds(member->clock) != used) continue;
        pthread_mutex_lock(&team->mutex);
        // Either this thread sees that the part is finished, or the member sees that it is away.
        const bool is_free = !atomic_exchange(&member->is_away, true);
        bool is_lent = false;
        if (is_free && atomic_load(&member->is_busy)) {
            cpu_set_t here;
            CPU_ZERO(&here);
            CPU_SET(sched_getcpu(), &here);
            is_lent = sched_getaffinity(member->id, sizeof member->home, &member->home) == 0
                && sched_setaffinity(member->id, sizeof here, &here) == 0;
        }
        if (is_free) atomic_store(&member->is_away, is_lent);
        pthread_mutex_unlock(&team->mutex);
        if (is_lent) return false;
    }
    return false;
}

static void go_home(struct member *member) {
    if (!atomic_load(&member->is_away)) return;
    pthread_mutex_lock(&member->team->mutex);
    if (atomic_exchange(&member->is_away, false)) sched_setaffinity(0, sizeof member->home, &member->home);
    pthread_mutex_unlock(&member->team->mutex);
}

static void wait_for_change(struct gate *gate, uint64_t value) {
    struct team *team = self->team;
    if (sees_change(gate, value)) return;
    if (atomic_load(&team->unfinished.value) > 0 && lend_processor(team, gate, value)) return;
    pthread_mutex_lock(&team->mutex);
    atomic_fetch_add(&gate->sleepers, 1);
    while (atomic_load(&gate->value) == value) pthread_cond_wait(&gate->changed, &team->mutex);
    atomic_fetch_sub(&gate->sleepers, 1);
    pthread_mutex_unlock(&team->mutex);
}

// After a change: either this thread sees the sleeper, or the sleeper sees the change.
static void wake(struct gate *gate) {
    if (atomic_load(&gate->sleepers) == 0) return;
    pthread_mutex_lock(&self->team->mutex);
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&self->team->mutex);
}

// MARK: Working

// Takes parts until there are none left. Reading the team's work after taking a ticket is safe: it does not change
// while any of its parts is unfinished.
static void take_parts(struct team *team) {
    uint64_t ticket = atomic_load(&team->tickets.value);
    while ((uint32_t)ticket > 0) {
        if (!atomic_compare_exchange_weak(&team->tickets.value, &ticket, ticket - 1)) continue;
        current_parts = team->parts;
        current_part = team->parts - (int)(uint32_t)ticket;
        is_inside = true;
        atomic_store(&self->is_busy, true);
        team->body(current_part, current_parts, team->context);
        atomic_store(&self->is_busy, false);
        is_inside = false;
        current_part = 0;
        current_parts = 1;
        if (atomic_fetch_sub(&team->unfinished.value, 1) == 1) wake(&team->unfinished);
        go_home(self);
        ticket = atomic_load(&team->tickets.value);
    }
}

static void join_team(struct member *member) {
    self = member;
    member->id = gettid();
    if (pthread_getcpuclockid(pthread_self(), &member->clock) != 0) member->clock = CLOCK_MONOTONIC;
}

static void *work(void *context) {
    join_team(context);
    struct team *team = self->team;
    while (!atomic_load(&team->ends)) {
        const uint64_t ticket = atomic_load(&team->tickets.value);
        if ((uint32_t)ticket > 0 && self->index <= atomic_load(&team->helpers))
            take_parts(team);
        else
            wait_for_change(&team->tickets, ticket);
    }
    return NULL;
}

// When other programs are running, Linux tends to place a worker on its owner's processor, where it was woken, and
// leave it there.
static void keep_workers_off(int cpu) {
    struct team *team = self->team;
    if (cpu == team->owner_cpu || cpu < 0) return;
    team->owner_cpu = cpu;
    cpu_set_t others;
    if (sched_getaffinity(0, sizeof others, &others) != 0 || CPU_COUNT(&others) < team->size) return;
    CPU_CLR(cpu, &others);
    for (struct member *member = team->owner.next; member; member = member->next)
        sched_setaffinity(member->id, sizeof others, &others);
}

// Makes the parts from `first` on available to the team.
static void hand_out(int threads, int parts, int first, threads_body body, void *context) {
    struct team *team = self->team;
    keep_workers_off(sched_getcpu());
    team->body = body;
    team->context = context;
    team->parts = parts;
    atomic_store(&team->unfinished.value, (uint64_t)(parts - first));
    atomic_store(&team->helpers, threads - 1);
    const uint64_t number = (atomic_load(&team->tickets.value) >> 32) + 1;
    atomic_store(&team->tickets.value, number << 32 | (uint64_t)(parts - first));
    wake(&team->tickets);
}

static void wait_for_all(struct team *team) {
    uint64_t left;
    while ((left = atomic_load(&team->unfinished.value)) > 0) wait_for_change(&team->unfinished, left);
}

static void run_together(int threads, int parts, threads_body body, void *context) {
    hand_out(threads, parts, 0, body, context);
    take_parts(self->team);
    wait_for_all(self->team);
}

static void run_alone(int parts, threads_body body, void *context) {
    const int part = current_part, all = current_parts;
    current_parts = parts;
    for (current_part = 0; current_part < parts; current_part++) body(current_part, parts, context);
    current_part = part;
    current_parts = all;
}

// MARK: Teams

static pthread_key_t teams;
static pthread_once_t teams_once = PTHREAD_ONCE_INIT;

static void end_team(void *context) {
    struct team *team = context;
    self = &team->owner;
    atomic_store(&team->ends, true);
    atomic_fetch_add(&team->tickets.value, UINT64_C(1) << 32);
    wake(&team->tickets);
    for (struct member *member = team->owner.next, *next; member; member = next) {
        pthread_join(member->thread, NULL);
        next = member->next;
        free(member);
    }
    struct gate *gates[] = {&team->tickets, &team->unfinished, &team->passed};
    for (int index = 0; index < 3; index++) pthread_cond_destroy(&gates[index]->changed);
    pthread_mutex_destroy(&team->mutex);
    self = NULL;
    free(team);
}

static void make_key(void) { pthread_key_create(&teams, end_team); }

static bool make_team(void) {
    struct team *team = calloc(1, sizeof *team);
    if (!team) return false;
    team->count = team->size = 1;
    team->owner_cpu = -1;
    team->owner.team = team;
    team->last = &team->owner;
    pthread_mutex_init(&team->mutex, NULL);
    struct gate *gates[] = {&team->tickets, &team->unfinished, &team->passed};
    for (int index = 0; index < 3; index++) pthread_cond_init(&gates[index]->changed, NULL);
    pthread_once(&teams_once, make_key);
    pthread_setspecific(teams, team);
    join_team(&team->owner);
    return true;
}

// Starts threads until the team has `count`.
static int start(int count) {
    if (count <= 1) return 0;
    if (!self && !make_team()) return ENOMEM;
    struct team *team = self->team;
    while (team->size < count) {
        struct member *member = calloc(1, sizeof *member);
        if (!member) return ENOMEM;
        member->team = team;
        member->index = team->size;
        const int error = pthread_create(&member->thread, NULL, work, member);
        if (error) {
            free(member);
            return error;
        }
        atomic_store(&team->last->next, member);
        team->last = member;
        team->size++;
        team->owner_cpu = -1;
    }
    return 0;
}

int threads_set_count(int count) {
    const int error = is_inside ? EDEADLK : start(count);
    if (!error && self) self->team->count = count > 1 ? count : 1;
    return error;
}

int threads_count(void) { return self ? self->team->count : 1; }

void threads_run(int parts, threads_body body, void *context) {
    if (parts <= 1 || is_inside || threads_count() == 1)
        run_alone(parts, body, context);
    else
        run_together(threads_count(), parts, body, context);
}

int threads_are_bypassed(void) { return dlsym(RTLD_DEFAULT, "__kmpc_fork_call") != NULL; }

// MARK: GNU's OpenMP runtime
//
// Here parts may wait for one another, at barriers or in oneDNN's loops. There are as many threads as parts, and each
// waiting part occupies one of them, so that there is a free thread for every part that has not started.

struct region {
    void (*body)(void *);
    void *data;
};

static void run_region(int part, int parts, void *context) {
    const struct region *region = context;
    region->body(region->data);
}

void GOMP_parallel(void (*body)(void *), void *data, unsigned count, unsigned flags) {
    struct region region = {body, data};
    const int threads = is_inside ? 1 : count == 0 ? threads_count() : (int)count;
    // With fewer threads than the work was compiled for, some of it would be left out. Its device has started them, so
    // this is only a check.
    if (start(threads) != 0) abort();
    if (threads == 1)
        run_alone(1, run_region, &region);
    else
        run_together(threads, threads, run_region, &region);
}

void GOMP_barrier(void) {
    if (current_parts == 1) return;
    struct team *team = self->team;
    const uint64_t before = atomic_load(&team->passed.value);
    if (atomic_fetch_add(&team->arrived, 1) + 1 < current_parts) {
        while (atomic_load(&team->passed.value) == before) wait_for_change(&team->passed, before);
    } else {
        atomic_store(&team->arrived, 0);
        atomic_store(&team->passed.value, before + 1);
        wake(&team->passed);
    }
}

// Code compiled before GCC 4.9, and some builds of oneDNN 3, call a start and an end function for each region. In
// between, the owner runs the body itself, as part 0.

// The calling thread's state outside of the regions that it has started.
static _Thread_local struct {
    int part, parts;
    bool is_inside;
    struct region region;
} outer[8];
static _Thread_local int depth;

void GOMP_parallel_start(void (*body)(void *), void *data, unsigned count) {
    if (depth == sizeof outer / sizeof *outer) abort();
    outer[depth].part = current_part;
    outer[depth].parts = current_parts;
    outer[depth].is_inside = is_inside;
    outer[depth].region = (struct region){body, data};
    const int threads = is_inside ? 1 : count == 0 ? threads_count() : (int)count;
    if (start(threads) != 0) abort();
    if (threads > 1) {
        hand_out(threads, threads, 1, run_region, &outer[depth].region);
        is_inside = true;
        atomic_store(&self->is_busy, true);
    }
    depth++;
    current_part = 0;
    current_parts = threads;
}

void GOMP_parallel_end(void) {
    depth--;
    if (current_parts > 1) {
        is_inside = false;
        atomic_store(&self->is_busy, false);
        go_home(self);
        take_parts(self->team);
        wait_for_all(self->team);
    }
    current_part = outer[depth].part;
    current_parts = outer[depth].parts;
    is_inside = outer[depth].is_inside;
}

// The calling thread's share of a loop: one range if the chunk is 0, else one chunk per round.
static _Thread_local struct {
    long start, end, step, chunk, round;
} loop;

bool GOMP_loop_static_next(long *first, long *last) {
    const long count = loop.step > 0 ? (loop.end - loop.start + loop.step - 1) / loop.step
                                     : (loop.end - loop.start + loop.step + 1) / loop.step;
    long from, to;
    if (loop.chunk > 0) {
        from = (loop.round * current_parts + current_part) * loop.chunk;
        to = from + loop.chunk;
    } else {
        if (loop.round > 0) return false;
        const long share = count / current_parts, rest = count % current_parts;
        from = share * current_part + (current_part < rest ? current_part : rest);
        to = from + share + (current_part < rest);
    }
    loop.round++;
    if (to > count) to = count;
    if (from >= to) return false;
    *first = loop.start + from * loop.step;
    *last = loop.start + to * loop.step;
    return true;
}

bool GOMP_loop_static_start(long start, long end, long step, long chunk, long *first, long *last) {
    loop.start = start;
    loop.end = end;
    loop.step = step;
    loop.chunk = chunk;
    loop.round = 0;
    return GOMP_loop_static_next(first, last);
}

void GOMP_loop_end_nowait(void) {}
void GOMP_loop_end(void) { GOMP_barrier(); }

int omp_get_max_threads(void) { return threads_count(); }
int omp_get_num_threads(void) { return current_parts; }
int omp_get_thread_num(void) { return current_part; }
int omp_in_parallel(void) { return is_inside; }
