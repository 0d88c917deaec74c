package org.mcpproxy.store;

import org.mcpproxy.signing.SigningKeys;
import org.mcpproxy.store.contract.SigningKeysContract;

class MemorySigningKeysTest extends SigningKeysContract {

    @Override
    protected SigningKeys keys() {
        return new MemorySigningKeys();
    }
}
