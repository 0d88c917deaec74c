// The conformance suite against a server. Whether all of its checks pass is the server's affair; the test compares what
// two runs saw.
// Usage: node conformance.mjs MCP-URL REVISION [ACCESS-TOKEN [LOSS]]
import { conformance } from './trip/conformance-suite.mjs';
import { Shim } from './trip/shim.mjs';
import { run } from './trip/steps.mjs';

const [, , mcpUrl, revision, accessToken, loss] = process.argv;

run(async () => {
    const shim = accessToken ? await Shim.before(mcpUrl, accessToken, loss) : undefined;
    await conformance('server', ['--url', shim?.url ?? mcpUrl, '--requirements', revision]);
});
