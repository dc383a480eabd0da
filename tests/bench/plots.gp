# Plots for docs/performance.md, from the directory results into the directory docs.

set terminal svg size 760,400 font "sans-serif,13" background "white"
set datafile separator "\t"
set datafile missing "-"
set key outside right top
set grid ytics linecolor rgb "#dddddd"
set border 3
set tics nomirror
set style data linespoints
set style line 1 linecolor rgb "#555555" linewidth 2 pointtype 7 pointsize 0.5
set style line 2 linecolor rgb "#0060c0" linewidth 2 pointtype 7 pointsize 0.5
set style line 3 linecolor rgb "#aaaaaa" linewidth 2 pointtype 5 pointsize 0.5 dashtype 2
set style line 4 linecolor rgb "#d06000" linewidth 2 pointtype 5 pointsize 0.5 dashtype 2

lines_of(name, condition) = sprintf("< awk -F '\\t' 'NR > 1 && %s' %s/%s.tsv", condition, results, name)
quantiles = "tests/bench/quantiles"

# Time of a connect relative to a bare one: for each case the ways in order, with their values. Ways that are faster than bare,
# by noise or because the kernel need not choose a source, are drawn at 1.
set terminal svg size 1000,980
set output docs."/performance-connects.svg"
set multiplot layout 4,2 columnsfirst title "Time of a connect, in relation to a bare one"
set logscale x 10
set xrange [1:6]
set xtics (1, 1.2, 1.5, 2, 3, 4, 5, 6)
set ytics noenhanced
set grid noytics xtics linecolor rgb "#dddddd"
set tmargin 2.2
set lmargin 17
set rmargin 3
cases = "tcp4 unix udp6 udp6-alone udp6-ruled tcp6 ruled bound"
ways_of(case) = sprintf("< awk -F '\t' '$1 == \"%s\" && $2 !~ /^(bare|again)$/ && $5 != \"-\" { print $2 \"\\t\" $5 }' ".\
    "%s/connects.tsv | sort -k 2,2g -k 1,1 | awk -v OFS='\t' '{ print -NR, $0, $1 == \"srcaddr\" }'", case, results)
at(ratio) = ratio < 1 ? 1 : ratio
do for [case in cases] {
    set title case noenhanced offset 0,-0.7
    set yrange [:] noextend
    set offsets 0, 0, 0.6, 0.6
    plot ways_of(case) using (at($3)):1:ytic(2) with points pointtype 6 pointsize 0.7 linecolor rgb "#000000" notitle, \
        "" using (at($3)):($4 == 1 ? $1 : NaN) with points pointtype 7 pointsize 0.7 linecolor rgb "#000000" notitle, \
        "" using (at($3)):1:(sprintf("%.2f", $3)) with labels left offset 1,0 font ",10" notitle
}
unset multiplot
unset offsets
unset logscale x
unset tmargin
unset lmargin
unset rmargin
set terminal svg size 760,400
set xrange [*:*]
set xtics autofreq
set grid ytics noxtics linecolor rgb "#dddddd"

# What rules cost.
set output docs."/performance-lookups.svg"
set title "Lookup of a random peer"
set logscale x 10
set logscale y 10
set yrange [*:*]
set format x "10^{%L}"
set xlabel "rules"
set ylabel "nanoseconds"
set grid xtics
plot lines_of("lookups", '$1 == "disjoint" && $3 == "inside"') using 2:4 linestyle 1 title "disjoint, inside", \
    lines_of("lookups", '$1 == "disjoint" && $3 == "outside"') using 2:4 linestyle 3 title "disjoint, outside", \
    lines_of("lookups", '$1 == "nested" && $3 == "inside"') using 2:4 linestyle 2 title "nested, inside", \
    lines_of("lookups", '$1 == "nested" && $3 == "outside"') using 2:4 linestyle 4 title "nested, outside", \
    "< printf '10\t20\n1000\t40\n100000\t100\n1000000\t200\n'" with points pointtype 1 linecolor rgb "#000000" title "limit"

set output docs."/performance-loads.svg"
set format y "%g"
set title "Time until a configuration is in force"
set ylabel "milliseconds"
plot lines_of("loads", '$1 == "disjoint"') using 2:4 linestyle 1 title "disjoint", \
    lines_of("loads", '$1 == "nested"') using 2:4 linestyle 2 title "nested", \
    "< printf '1000\t1\n100000\t40\n1000000\t500\n'" with points pointtype 1 linecolor rgb "#000000" title "limit"

# Growth.
set output docs."/performance-rules.svg"
set title "Connects in a second over the number of rules"
unset logscale y
set yrange [0:*]
set ylabel "connects / s"
bare(case) = system(sprintf("awk -F '\\t' '$1 == \"%s\" && $2 == \"bare\" { print $3 }' %s/rules.tsv", case, results)) + 0
plot bare("tcp6") linestyle 1 title "bare", \
    lines_of("rules", '$1 == "tcp6" && $2 != "bare"') using 2:3 linestyle 2 title "no rule for the peer", \
    lines_of("rules", '$1 == "ruled" && $2 != "bare"') using 2:3 linestyle 4 title "source given"

set output docs."/performance-threads.svg"
set title "Connects in a second over the number of threads"
set logscale x 2
set format x "%.0f"
set xlabel "threads"
plot lines_of("threads", '$2 == "tcp6" && $3 == "bare"') using 1:4 linestyle 1 title "bare", \
    lines_of("threads", '$2 == "tcp6" && $3 == "srcaddr"') using 1:4 linestyle 2 title "no rule for the peer", \
    lines_of("threads", '$2 == "ruled" && $3 == "srcaddr"') using 1:4 linestyle 4 title "source given"

set output docs."/performance-hosts.svg"
set title "Cold start until every host is connected to and from every other"
set xlabel "hosts"
set ylabel "seconds"
plot "< ".quantiles." 1,3 4 ".results."/hosts.tsv | grep bare" using 1:4 linestyle 1 title "bare", \
    "< ".quantiles." 1,3 4 ".results."/hosts.tsv | grep preloaded" using 1:4 linestyle 2 title "preloaded", \
    lines_of("hosts", '$3 == "bare"') using 1:4 with points linestyle 1 notitle, \
    lines_of("hosts", '$3 == "preloaded"') using 1:4 with points linestyle 2 notitle

# End to end.
set output docs."/performance-volumes.svg"
set title "fio on a volume of three copies, in relation to a bare one"
unset logscale x
set format x
unset xlabel
set ylabel "ratio, medians and quartiles of pairs"
set xrange [-0.5:4.5]
set xtics rotate by -15
set grid noxtics
ratios(column, way) = sprintf("< tests/bench/ratios %d %s %s/fio.tsv", column, way, results)
plot ratios(4, "again") using ($0 - 0.15):3:2:4:xtic(1) with yerrorbars linestyle 1 title "operations, bare again", \
    ratios(4, "preloaded") using ($0 - 0.05):3:2:4 with yerrorbars linestyle 2 title "operations, preloaded", \
    ratios(5, "again") using ($0 + 0.05):3:2:4 with yerrorbars linestyle 3 title "p99 latency, bare again", \
    ratios(5, "preloaded") using ($0 + 0.15):3:2:4 with yerrorbars linestyle 4 title "p99 latency, preloaded", \
    1 with lines linecolor rgb "#555555" notitle
