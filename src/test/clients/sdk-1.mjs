// @modelcontextprotocol/sdk 1.x, the 2025-11-25 revision. Usage: node sdk-1.mjs MCP-URL
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { run } from './trip/steps.mjs';
import { sdkTrip } from './trip/sdk-trip.mjs';

const generation = {
    newClient: () => new Client({ name: 'sdk-1', version: '1.0.0' }),
    newTransport: (url, options) => new StreamableHTTPClientTransport(url, options),
    finishAuth: (transport, parameters) => transport.finishAuth(parameters.get('code')),
    callTool: (client, params, options) => client.callTool(params, undefined, options),
    isUnauthorized: error => error instanceof UnauthorizedError,
    era: (client, transport) => transport.protocolVersion
};

run(() => sdkTrip(process.argv[2], generation, '2025-11-25'));
