package org.mcpproxy.oauth;

/** What protocols mean by letters and digits. */
public final class Ascii {

    private Ascii() {}

    public static boolean isLetterOrDigit(char sign) {
        return (sign >= 'a' && sign <= 'z') || (sign >= 'A' && sign <= 'Z') || (sign >= '0' && sign <= '9');
    }
}
