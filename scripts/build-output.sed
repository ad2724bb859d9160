# What `swift build` and `swift test` say, without the lines that tell a person nothing.
/^\[[0-9/]*\] Write /d
/^\[[0-9/]*\] Compiling plugin /d
/^\[[0-9/]*\] \/.*all-discovered-tests\.swift$/d
/^\[[0-9/]*\] \/.*runner\.swift$/d
/^\[[0-9/]*\] Planning build$/d
/^Building for production\.\.\.$/d
/^\(Fetching\|Fetched\|Computing\|Computed\|Creating\|Working\) /d
/^◇ /d
/^↳ /d
/^✔ Test "/d
/^✔ Test case /d
