// @modelcontextprotocol/client 2.x. Usage: node sdk-2.mjs MCP-URL auto|REVISION EXPECTED-REVISION
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { run } from './trip/steps.mjs';
import { sdkTrip } from './trip/sdk-trip.mjs';

const [, , mcpUrl, negotiation, expectedRevision] = process.argv;
const mode = negotiation === 'auto' ? 'auto' : { pin: negotiation };

const generation = {
    newClient: () => new Client({ name: 'sdk-2', version: '1.0.0' }, { versionNegotiation: { mode } }),
    newTransport: (url, options) => new StreamableHTTPClientTransport(url, options),
    finishAuth: (transport, parameters) => transport.finishAuth(parameters),
    callTool: (client, params, options) => client.callTool(params, options),
    isUnauthorized: error => UnauthorizedError.isInstance(error),
    era: client => client.getNegotiatedProtocolVersion()
};

run(() => sdkTrip(mcpUrl, generation, expectedRevision));
