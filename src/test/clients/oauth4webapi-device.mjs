// oauth4webapi in a terminal. Usage: node oauth4webapi-device.mjs ISSUER MCP-URL
import * as oauth from 'oauth4webapi';
import { deviceTrip, registered } from './trip/device-trip.mjs';
import { run } from './trip/steps.mjs';

const [, , issuer, mcpUrl] = process.argv;
const plainHttp = { [oauth.allowInsecureRequests]: true };

run(async () => {
    const origin = new URL(issuer);
    const as = await oauth.processDiscoveryResponse(
        origin, await oauth.discoveryRequest(origin, { ...plainHttp, algorithm: 'oauth2' }));
    const client = { client_id: await registered(as.registration_endpoint) };
    const ask = async codes => {
        const response = await oauth.deviceCodeGrantRequest(as, client, oauth.None(), codes.device_code, plainHttp);
        return await oauth.processDeviceCodeResponse(as, client, response);
    };
    await deviceTrip(as, mcpUrl, {
        begin: async () => {
            const parameters = { scope: 'mcp', resource: mcpUrl };
            const response = await oauth.deviceAuthorizationRequest(as, client, oauth.None(), parameters, plainHttp);
            return await oauth.processDeviceAuthorizationResponse(as, client, response);
        },
        poll: async codes => {
            for (;;) {
                try {
                    return await ask(codes);
                } catch (error) {
                    if (error.error !== 'authorization_pending') throw error;
                    await new Promise(resolve => setTimeout(resolve, codes.interval * 1000));
                }
            }
        }
    });
});
