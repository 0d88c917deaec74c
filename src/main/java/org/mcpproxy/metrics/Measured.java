package org.mcpproxy.metrics;

/** Something that has a state worth watching, such as how many of its places are taken. Every bean of this type takes part. */
public interface Measured {

    /** Names what can be read of it. It is read at every scrape: at once, from memory. */
    void describe(Meters meters);
}
