// Formatting of numbers and foreign text.

import RunLog
import Testing

@Suite struct ReadableTests {
    @Test(
        arguments: [
            (0, "0.0 s"), (3.2, "3.2 s"), (9.94, "9.9 s"), (9.96, "10 s"), (48, "48 s"), (59.4, "59 s"),
            (59.6, "1 min 00 s"), (250, "4 min 10 s"), (599.4, "9 min 59 s"), (599.6, "10 min"), (1860, "31 min"),
            (3569, "59 min"), (3590, "1 h 00 min"), (7500, "2 h 05 min"), (172_800, "2 d 00 h"), (273_600, "3 d 04 h"),
            (-1, "?"), (.nan, "?"), (.infinity, "?"),
        ] as [(Double, String)]) func `durations have at most two units`(seconds: Double, text: String)
    {
        #expect(Readable.duration(seconds: seconds) == text)
    }

    @Test(
        arguments: [
            (0.4125, 3, "0.413"), (0.9996, 3, "1.000"), (0.05, 1, "0.1"), (212.34, 1, "212.3"), (-0.0001, 3, "0.000"),
            (-1.5, 1, "-1.5"), (7, 0, "7"), (.nan, 3, "nan"), (.infinity, 3, "inf"), (1e30, 3, "1e30"),
            (999_999_999_999, 3, "999999999999.000"),
        ] as [(Double, Int, String)]) func `numbers keep their decimals`(value: Double, decimals: Int, text: String)
    {
        #expect(Readable.fixed(value, decimals: decimals) == text)
    }

    @Test(
        arguments: [
            (0.4125, "0.413"), (999.9994, "999.999"), (999.9996, "1,000"), (45_678.9, "45,679"), (4e13, "4e13"),
            (-1_234_567, "-1.2e6"), (.nan, "nan"), (.infinity, "inf"),
        ] as [(Double, String)]) func `metrics are short, however large`(value: Double, text: String)
    {
        #expect(Readable.metric(value) == text)
    }

    @Test(arguments: [(76.66, "76.7"), (999.94, "999.9"), (999.96, "1,000"), (5255, "5,255"), (.nan, "nan")])
    func `speeds below a thousand have one decimal`(value: Double, text: String) {
        #expect(Readable.rate(value) == text)
    }

    @Test(
        arguments: [
            (0, 0, "0 s"), (101, 0, "1 min 41 s"), (101.25, 2, "1 min 41.25 s"), (3723.5, 1, "1 h 02 min 03.5 s"),
            (59.96, 1, "1 min 00.0 s"), (-1, 0, "?"),
        ] as [(Double, Int, String)]) func `times are exact`(seconds: Double, decimals: Int, text: String)
    {
        #expect(Readable.time(seconds: seconds, decimals: decimals) == text)
    }

    @Test(
        arguments: [
            (0.05, "0.05"), (5e-4, "0.0005"), (1e-5, "1e-5"), (3, "3"), (250_000, "250000"), (1e6, "1e6"),
            (-2e10, "-2e10"), (1_234_567, "1234567"), (1e20, "1e20"), (0, "0"),
        ] as [(Double, String)]) func `settings are short without loss`(value: Double, text: String)
    {
        #expect(Readable.short(value) == text)
    }

    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (51_384_320, "51,384,320"), (-1234, "-1,234")])
    func `counts have thousands separators`(value: Int, text: String) {
        #expect(Readable.count(value) == text)
    }

    @Test(arguments: [
        (160, "160"), (999, "999"), (1000, "1.0 k"), (7_225_344, "7.2 M"), (999_949, "999.9 k"), (999_960, "1.0 M"),
        (7_609_090_048, "7.6 G"), (3_000_000_000_000_000, "3.0 P"),
    ]) func `magnitudes use the power that fits`(value: Int, text: String) {
        #expect(Readable.magnitude(value) == text)
    }

    @Test(arguments: [
        (12, "12 B"), (49_152, "48 KiB"), (327_155_712, "312 MiB"), (966_367_642, "0.9 GiB"),
        (5_368_709_120, "5.0 GiB"),
    ]) func `memory uses the unit that fits`(bytes: Int, text: String) {
        #expect(Readable.bytes(bytes) == text)
    }

    @Test(arguments: [
        ("runs/a-1_b", "runs/a-1_b"), ("", "''"), ("a b", "'a b'"), ("it's", #"'it'\''s'"#), ("$HOME;", "'$HOME;'"),
        ("图", "'图'"), ("a\nb", #"$'a\012b'"#), ("\u{202E}it's \\", #"$'\342\200\256it\'s \\'"#), ("=ls", "'=ls'"),
        ("a=ls", "a=ls"), (#"a\"#, #"'a'\\''"#),
    ]) func `shells read a word unchanged`(text: String, word: String) {
        #expect(Readable.shellWord(text) == word)
    }

    // Not as arguments of the test, which would be printed raw.
    @Test func `control and invisible characters are escaped`() {
        let shown = [
            "plain é 図 🙂": "plain é 図 🙂", "a\tb\r\nc": "a\\tb\\r\\nc", "\u{1B}]0;x\u{7}": "\\u{1B}]0;x\\u{7}",
            "\u{9B}31m": "\\u{9B}31m", "\u{202E}\u{2066}": "\\u{202E}\\u{2066}",
            "a\u{200D}\u{FEFF}b": "a\\u{200D}\\u{FEFF}b", "\u{2028}\u{2029}": "\\u{2028}\\u{2029}",
            "\u{115F}\u{3164}": "\\u{115F}\\u{3164}", "\u{7F}\0": "\\u{7F}\\u{0}",
        ]
        for (text, expected) in shown {
            #expect(Readable.visible(text) == expected)
        }
    }
}
