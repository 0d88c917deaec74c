package org.mcpproxy.config;

/** What is wrong with one setting and how to mend it. The message never repeats the value of a secret. */
public final class BadSetting extends Exception {

    BadSetting(String remedy) {
        super(remedy, null, false, false);
    }
}
