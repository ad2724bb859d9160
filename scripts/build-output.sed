# What `swift build` and `swift test` say, without the lines that tell a person nothing; of the many C files of the
# packages every fiftieth.
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
# A function of Foundation's that the linker warns of; nothing here calls it.
/the use of `mktemp' is dangerous/d
