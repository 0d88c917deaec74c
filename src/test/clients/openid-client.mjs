// openid-client as a service. Usage: node openid-client.mjs ISSUER MCP-URL METHOD CLIENT SECRET-OR-JWK SERVER SERVER-SECRET
import * as client from 'openid-client';
import { run } from './trip/steps.mjs';
import { parties, privateKey, serviceTrip } from './trip/service-trip.mjs';

const found = { algorithm: 'oauth2', execute: [client.allowInsecureRequests] };

async function proofOf(method, proof) {
    switch (method) {
        case 'client_secret_basic':
            return client.ClientSecretBasic(proof);
        case 'client_secret_post':
            return client.ClientSecretPost(proof);
        default:
            return client.PrivateKeyJwt(await privateKey(proof));
    }
}

async function trip(arguments_) {
    const all = parties(arguments_);
    const discovered = (id, by) => client.discovery(all.issuer, id, undefined, by, found);
    const service = await discovered(all.client, await proofOf(all.method, all.proof));
    const server = await discovered(all.server, client.ClientSecretBasic(all.serverSecret));
    const wrong = await discovered(all.client, client.ClientSecretBasic('another'));
    const parameters = { resource: all.mcpUrl, scope: 'mcp' };
    await serviceTrip(all, service.serverMetadata(), {
        issue: () => client.clientCredentialsGrant(service, parameters),
        introspect: token => client.tokenIntrospection(server, token),
        revoke: token => client.tokenRevocation(service, token),
        refused: () => client.clientCredentialsGrant(wrong, parameters).then(() => 'nothing', refusal)
    });
}

/** A refusal that came with a challenge is one of its own kind. */
function refusal(error) {
    if (error instanceof client.WWWAuthenticateChallengeError) return error.status === 401 ? 'invalid_client' : 'nothing';
    return error.error;
}

run(() => trip(process.argv.slice(2)));
