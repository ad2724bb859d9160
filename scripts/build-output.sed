# Filters the output of `swift build` and `swift test`: removes uninformative lines, and shows only every fiftieth of
# the packages' many C files.
/^\[[0-9/]*\] Write /d
/^\[[0-9/]*\] Compiling plugin /d
/^\[[0-9/]*\] Compiling .*\.\(c\|cc\|cpp\|S\)$/{
    /^\[[0-9]*[05]0\//!d
}
/^\[[0-9/]*\] \/.*all-discovered-tests\.swift$/d
/^\[[0-9/]*\] \/.*runner\.swift$/d
/^\[[0-9/]*\] Planning build$/d
/^Building for production\.\.\.$/d
/^\(Fetched\|Computing\|Computed\|Creating\|Working\) /d
/^◇ /d
/^↳ /d
/^✔ Test "/d
/^✔ Test case /d
# A linker warning about a function of Foundation that nothing here calls.
/the use of `mktemp' is dangerous/d
