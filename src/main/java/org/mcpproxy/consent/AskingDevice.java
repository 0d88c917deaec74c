package org.mcpproxy.consent;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.mcpproxy.grant.DeviceAuthorization;

/** Where and when a device asked, by which a person may notice that it was not theirs (RFC 8628 5.4). */
record AskingDevice(String address, String time) {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "d MMMM yyyy, HH:mm 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    static AskingDevice of(DeviceAuthorization device) {
        return new AskingDevice(device.address(), TIME.format(device.begunAt()));
    }
}
