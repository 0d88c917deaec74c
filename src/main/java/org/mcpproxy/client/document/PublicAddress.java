package org.mcpproxy.client.document;

import java.net.InetAddress;
import java.util.List;

/**
 * Which addresses belong to the public network. Of IPv6 only global unicast does, less the blocks that stand for an IPv4
 * address or for nobody (IANA's special-purpose address registries).
 */
final class PublicAddress {

    private static final int IPV4_BYTES = 4;

    private static final List<Block> NOT_PUBLIC_IPV4 = List.of(
            Block.of(8, 0),
            Block.of(8, 10),
            Block.of(10, 100, 64),
            Block.of(8, 127),
            Block.of(16, 169, 254),
            Block.of(12, 172, 16),
            Block.of(24, 192, 0, 0),
            Block.of(24, 192, 0, 2),
            Block.of(24, 192, 88, 99),
            Block.of(16, 192, 168),
            Block.of(15, 198, 18),
            Block.of(24, 198, 51, 100),
            Block.of(24, 203, 0, 113),
            // multicast, reserved, broadcast
            Block.of(3, 224));

    private static final Block GLOBAL_UNICAST = Block.of(3, 0x20);

    private static final List<Block> NOT_PUBLIC_IPV6 = List.of(
            // Teredo, benchmarking, ORCHID
            Block.of(23, 0x20, 0x01),
            Block.of(32, 0x20, 0x01, 0x0d, 0xb8),
            // 6to4
            Block.of(16, 0x20, 0x02),
            Block.of(20, 0x3f, 0xff));

    private PublicAddress() {}

    /** An IPv4 address within IPv6 comes from {@link InetAddress} as the IPv4 address that it is. */
    static boolean isPublic(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == IPV4_BYTES
                ? NOT_PUBLIC_IPV4.stream().noneMatch(block -> block.contains(bytes))
                : GLOBAL_UNICAST.contains(bytes) && NOT_PUBLIC_IPV6.stream().noneMatch(block -> block.contains(bytes));
    }

    /** The addresses that begin with so many bits of these bytes; bytes that are left out are zero. */
    private record Block(int bits, List<Integer> bytes) {

        static Block of(int bits, Integer... bytes) {
            return new Block(bits, List.of(bytes));
        }

        boolean contains(byte[] address) {
            for (int bit = 0; bit < bits; bit++) {
                int own = bit / 8 < bytes.size() ? bytes.get(bit / 8) : 0;
                int mask = 0x80 >> bit % 8;
                if ((own & mask) != (address[bit / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }
}
