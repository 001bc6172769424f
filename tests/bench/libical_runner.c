/* Expands the series of a file with libical, for tests/bench/recurrence.rs: each from where it begins to the year's
 * end, or from the year's begin with icalrecur_iterator_set_start. Prints instances and nanoseconds of the best round. */
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SERIES_MAX = 4096, EXDATES_MAX = 32, ROUNDS = 3 };

struct series {
    icaltimezone *zone;
    struct icaltimetype start, exdates[EXDATES_MAX];
    struct icalrecurrencetype rule;
    int exdates_count;
};

static long long now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1000000000LL + at.tv_nsec;
}

static int is_out(const struct series *series, struct icaltimetype at) {
    for (int i = 0; i < series->exdates_count; i++)
        if (icaltime_compare(series->exdates[i], at) == 0) return 1;
    return 0;
}

int main(int argc, char **argv) {
    static struct series all[SERIES_MAX];
    char line[4096];
    int count = 0;
    if (argc != 3) return 64;
    FILE *file = fopen(argv[1], "r");
    if (!file) return 66;
    icaltimezone_set_tzid_prefix("");
    while (count < SERIES_MAX && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        struct series *series = &all[count++];
        char *rest = line, *zone = strsep(&rest, "|"), *start = strsep(&rest, "|"), *rule = strsep(&rest, "|"), *one;
        series->zone = icaltimezone_get_builtin_timezone(zone);
        series->start = icaltime_from_string(start);
        series->rule = icalrecurrencetype_from_string(rule);
        while ((one = strsep(&rest, ",")))
            if (*one && series->exdates_count < EXDATES_MAX)
                series->exdates[series->exdates_count++] = icaltime_from_string(one);
    }
    fclose(file);
    struct icaltimetype from = icaltime_from_string("20260101T000000"), to = icaltime_from_string("20270101T000000");
    long long best = 0, instances = 0, sum = 0;
    for (int round = 0; round < ROUNDS; round++) {
        long long begin = now();
        instances = 0;
        for (int i = 0; i < count; i++) {
            icalrecur_iterator *iterator = icalrecur_iterator_new(all[i].rule, all[i].start);
            if (!iterator) return 1;
            if (strcmp(argv[2], "set_start") == 0) icalrecur_iterator_set_start(iterator, from);
            for (;;) {
                struct icaltimetype at = icalrecur_iterator_next(iterator);
                if (icaltime_is_null_time(at) || icaltime_compare(at, to) >= 0) break;
                if (icaltime_compare(at, from) < 0 || is_out(&all[i], at)) continue;
                sum += icaltime_as_timet_with_zone(at, all[i].zone);
                instances++;
            }
            icalrecur_iterator_free(iterator);
        }
        long long took = now() - begin;
        if (round == 0 || took < best) best = took;
    }
    printf("%lld %lld %lld\n", instances, best, sum);
    return 0;
}
