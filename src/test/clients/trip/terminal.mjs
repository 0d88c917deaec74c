// A terminal without a browser, which writes its own requests (RFC 8628).
import { registered } from './device-trip.mjs';

export class Terminal {
    #metadata;
    #clientId;

    static async registered(mcpUrl) {
        const terminal = new Terminal();
        terminal.#metadata = await (await fetch(new URL('/.well-known/oauth-authorization-server', mcpUrl))).json();
        terminal.#clientId = await registered(terminal.#metadata.registration_endpoint);
        return terminal;
    }

    async begin() {
        return await (await this.#post(this.#metadata.device_authorization_endpoint, {})).json();
    }

    async poll(codes) {
        const grant_type = 'urn:ietf:params:oauth:grant-type:device_code';
        return await this.#post(this.#metadata.token_endpoint, { grant_type, device_code: codes.device_code });
    }

    async #post(url, parameters) {
        return await fetch(url, { method: 'POST', body: new URLSearchParams({ client_id: this.#clientId, ...parameters }) });
    }
}
