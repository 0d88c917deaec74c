// openid-client in a terminal. Usage: node openid-client-device.mjs ISSUER MCP-URL
import * as client from 'openid-client';
import { deviceTrip, registered } from './trip/device-trip.mjs';
import { run } from './trip/steps.mjs';

const [, , issuer, mcpUrl] = process.argv;
const found = { algorithm: 'oauth2', execute: [client.allowInsecureRequests] };

run(async () => {
    const any = await client.discovery(new URL(issuer), 'any', undefined, client.None(), found);
    const id = await registered(any.serverMetadata().registration_endpoint);
    const device = await client.discovery(new URL(issuer), id, undefined, client.None(), found);
    await deviceTrip(device.serverMetadata(), mcpUrl, {
        begin: () => client.initiateDeviceAuthorization(device, { scope: 'mcp', resource: mcpUrl }),
        poll: codes => client.pollDeviceAuthorizationGrant(device, codes)
    });
});
