package org.mcpproxy.policy;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All that a backend may take a name for: which {@code ?} or {@code #} ends the path depends on whether it decodes
 * before it looks, and some know neither.
 *
 * @param opening all of which a rule must open
 * @param others for restrictions alone
 */
record Readings(Set<Reading> opening, Set<Reading> others) {

    /** More have no honest use, and each costs a look into the rules. */
    private static final int MOST_ENDS = 8;

    /** RFC 9110 4.1 asks for 8,000. */
    private static final int MOST_SIGNS = 8_192;

    /**
     * Each reading costs as much as the URI is long, and a batch may hold 100 of them. The longest may have one query and one
     * fragment, as RFC 3986 3 has them, and a short one all the ends there may be. Counted in signs as they are judged: a
     * single sign has up to 18 in its compatibility form.
     */
    private static final int MOST_READ = 3 * MOST_SIGNS;

    Readings {
        opening = Set.copyOf(opening);
        others = Set.copyOf(others);
    }

    static Readings of(String name) {
        return new Readings(Set.of(Reading.of(CanonicalName.of(name))), Set.of());
    }

    static Readings ofUri(String uri) {
        String plain = CanonicalUri.plain(uri);
        // In "https://a%2f@host" and "https://a\@host" it depends on the backend which is the host.
        String bare = UriAuthority.withoutUser(uri);
        String withoutUser = bare.equals(uri) ? plain : CanonicalUri.plain(bare);
        Set<String> opening =
                Stream.of(plain, withoutUser).map(UriAuthority::normalized).collect(Collectors.toSet());
        Set<String> others = Stream.concat(
                        Stream.of(plain, UriAuthority.withoutHostOfFile(plain)), withoutParameters(uri, plain))
                .filter(text -> !opening.contains(text))
                .collect(Collectors.toSet());
        return new Readings(ofAll(opening), ofAll(others));
    }

    /** Some take parameters of segments off before they decode, and some after, or in between. */
    private static Stream<String> withoutParameters(String uri, String plain) {
        if (plain.indexOf(';') < 0) {
            return Stream.empty();
        }
        return Stream.of(CanonicalUri.withoutParameters(plain), CanonicalUri.plainWithoutParameters(uri))
                .distinct()
                .flatMap(text -> Stream.of(text, UriAuthority.normalized(text), UriAuthority.withoutHostOfFile(text)));
    }

    /** Whether a name can be held to the rules at all. */
    static boolean canJudge(String uri) {
        String decoded = PercentEncoding.decoded(uri);
        if (!CanonicalName.isBounded(decoded)) {
            return false;
        }
        String plain = CanonicalUri.plain(uri);
        long ends = ends(plain);
        return !CanonicalUri.isDoubtful(decoded, plain)
                && ends <= MOST_ENDS
                && (ends + 1) * plain.length() <= MOST_READ;
    }

    /** Every form that a rule may be about. */
    Set<String> forms() {
        return Stream.concat(opening.stream(), others.stream())
                .flatMap(Reading::forms)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Set<Reading> ofAll(Set<String> texts) {
        Set<Reading> readings = new LinkedHashSet<>();
        texts.forEach(text -> addAll(text, readings));
        return readings;
    }

    private static void addAll(String text, Set<Reading> readings) {
        int end = -1;
        for (int i = 0; i <= MOST_ENDS && end < text.length(); i++) {
            end = CanonicalUri.endOfPath(text, end + 1);
            readings.add(Reading.ofUri(text, end));
        }
    }

    private static long ends(String text) {
        return text.chars().filter(sign -> sign == '?' || sign == '#').count();
    }
}
