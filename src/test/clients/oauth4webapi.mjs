// oauth4webapi as a service. Usage: node oauth4webapi.mjs ISSUER MCP-URL METHOD CLIENT SECRET-OR-JWK SERVER SERVER-SECRET
import * as oauth from 'oauth4webapi';
import { run } from './trip/steps.mjs';
import { parties, privateKey, serviceTrip } from './trip/service-trip.mjs';

const plainHttp = { [oauth.allowInsecureRequests]: true };

async function proofOf(method, proof) {
    switch (method) {
        case 'client_secret_basic':
            return oauth.ClientSecretBasic(proof);
        case 'client_secret_post':
            return oauth.ClientSecretPost(proof);
        default:
            return oauth.PrivateKeyJwt(await privateKey(proof));
    }
}

async function trip(arguments_) {
    const all = parties(arguments_);
    const { issuer, mcpUrl, method, client, proof, server, serverSecret } = all;
    const found = await oauth.discoveryRequest(issuer, { ...plainHttp, algorithm: 'oauth2' });
    const as = await oauth.processDiscoveryResponse(issuer, found);
    const service = { client_id: client };
    const authentication = await proofOf(method, proof);
    const ask = async by => {
        const parameters = { resource: mcpUrl, scope: 'mcp' };
        const response = await oauth.clientCredentialsGrantRequest(as, service, by, parameters, plainHttp);
        return await oauth.processClientCredentialsResponse(as, service, response);
    };
    await serviceTrip(all, as, {
        issue: () => ask(authentication),
        introspect: async token => {
            const asking = { client_id: server };
            const by = oauth.ClientSecretBasic(serverSecret);
            return await oauth.processIntrospectionResponse(
                as, asking, await oauth.introspectionRequest(as, asking, by, token, plainHttp));
        },
        revoke: async token =>
            await oauth.processRevocationResponse(
                await oauth.revocationRequest(as, service, authentication, token, plainHttp)),
        refused: () => ask(oauth.ClientSecretBasic('another')).then(() => 'nothing', refusal)
    });
}

/** A refusal that came with a challenge is one of its own kind. */
function refusal(error) {
    if (error instanceof oauth.WWWAuthenticateChallengeError) return error.status === 401 ? 'invalid_client' : 'nothing';
    return error.error;
}

run(() => trip(process.argv.slice(2)));
