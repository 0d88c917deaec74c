package org.mcpproxy.config;

/** Reads the limits of one address. */
final class AddressLimitsReader {

    private static final int MOST = 1_000_000;

    private final Values values;

    AddressLimitsReader(Values values) {
        this.values = values;
    }

    /** A limit that is wrong is a problem of {@link Values}, and stands at its default until that is reported. */
    AddressLimits read() {
        AddressLimits standard = AddressLimits.standard();
        return new AddressLimits(
                perMinute("REGISTRATIONS_PER_MINUTE", standard.registrations()),
                perMinute("AUTHORIZATIONS_PER_MINUTE", standard.authorizations()),
                perMinute("FAILED_AUTHENTICATIONS_PER_MINUTE", standard.failedAuthentications()));
    }

    private int perMinute(String name, int fallback) {
        Integer read = values.parsed(name, fallback, text -> SettingsReader.number(text, 1, MOST));
        return read == null ? fallback : read;
    }
}
