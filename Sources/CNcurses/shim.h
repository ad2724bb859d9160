// ncurses with wide characters. Swift imports neither its global variables (which may change at any time) nor the
// macros with arguments, so each that is needed has a function here.
#pragma once
#define NCURSES_WIDECHAR 1
#include <ncursesw/curses.h>
#include <wchar.h>

int wcwidth(wchar_t);  // the header hides it from Swift's importer

static inline WINDOW *ncurses_screen(void) { return stdscr; }
static inline WINDOW *ncurses_shown(void) { return curscr; }
static inline int ncurses_colors(void) { return COLORS; }

// Writes one character with its combining marks at a position, replacing the cell's content.
static inline int ncurses_put(int y, int x, const wchar_t *text, attr_t attributes, int pair) {
    cchar_t cell;
    if (setcchar(&cell, text, attributes, (short)pair, NULL) == ERR) return ERR;
    return mvwadd_wch(stdscr, y, x, &cell);
}

static inline attr_t ncurses_bold(void) { return WA_BOLD; }
static inline attr_t ncurses_dim(void) { return WA_DIM; }
static inline attr_t ncurses_underline(void) { return WA_UNDERLINE; }
static inline attr_t ncurses_reverse(void) { return WA_REVERSE; }
