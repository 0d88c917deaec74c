package org.mcpproxy.policy;

import java.util.regex.Pattern;

/** What does not tell the authority of a URI from another (RFC 3986 3.2 and 6.2.3, RFC 8089 2). */
final class UriAuthority {

    private static final Pattern USER = Pattern.compile("^([^/?#]*:/{2,})[^/?#]*@");

    /** Whatever stands between the scheme and the host, in a URI as it was written. */
    private static final Pattern USER_OF_WEB =
            Pattern.compile("^((?:https?|wss?):[/\\\\]*+)[^/?#]*@", Pattern.CASE_INSENSITIVE);

    /** As browsers read it: {@code https:example.com} is {@code https://example.com}. */
    private static final Pattern OF_WEB = Pattern.compile("^(https?|wss?):/*");

    private static final Pattern OF_FILE = Pattern.compile("^file:(?!/)");
    private static final Pattern LOCALHOST = Pattern.compile("^file://localhost\\.?(:\\d*)?(?=[/?#]|$)");
    private static final Pattern ANY_HOST = Pattern.compile("^file://[^/?#]+");
    private static final Pattern OWN_PORT_80 = ownPort("http|ws", "80");
    private static final Pattern OWN_PORT_443 = ownPort("https|wss", "443");

    private UriAuthority() {}

    /** Without the name and the password that stand before the host. */
    static String withoutUser(String uri) {
        return USER_OF_WEB.matcher(USER.matcher(uri).replaceFirst("$1")).replaceFirst("$1");
    }

    /** @param uri in small letters, with slashes for backslashes */
    static String normalized(String uri) {
        String slashed =
                OF_FILE.matcher(OF_WEB.matcher(uri).replaceFirst("$1://")).replaceFirst("file:///");
        String host = withoutUser(slashed);
        String local = LOCALHOST.matcher(host).replaceFirst("file://");
        return OWN_PORT_443
                .matcher(OWN_PORT_80.matcher(local).replaceFirst("$1"))
                .replaceFirst("$1");
    }

    /** As a backend reads it that takes the path of a file alone. */
    static String withoutHostOfFile(String uri) {
        return ANY_HOST.matcher(uri).replaceFirst("file://");
    }

    private static Pattern ownPort(String schemes, String port) {
        String host = "(?:\\[[^\\]/?#]*\\]|[^/?#:]+?)";
        return Pattern.compile("^((?:" + schemes + ")://" + host + ")\\.?(?::0*" + port + "|:)?(?=[/?#]|$)");
    }
}
