// The person's browser, as far as a sign-on needs one: keeps cookies, follows redirects and meta refreshes, fills in
// the sign-in form and presses a button of the consent form.
import { parse } from 'node-html-parser';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MOST_PAGES = 25;
const PATIENCE = 10_000;

export class Browser {
    #cookies = new Map();
    #user;
    #password;
    #arrives;
    #code;
    pages = [];

    /**
     * @param arrives whether somebody listens at the redirect URI
     * @param code that a device shows
     */
    constructor({ user = 'alice', password = 'alice', arrives = true, code } = {}) {
        this.#arrives = arrives;
        this.#code = code;
        this.#user = user;
        this.#password = password;
    }

    /** Goes from an authorization URL to the client's redirect URI, and hands back the URL that was reached. */
    async signOn(authorizationUrl, redirectUri, decision = 'allow') {
        let request = { url: new URL(authorizationUrl), method: 'GET' };
        for (let visited = 0; visited < MOST_PAGES; visited++) {
            if (isReached(request.url, redirectUri)) return await this.#arrive(request.url);
            const response = await this.#send(request);
            request = await this.#next(request, response, decision);
        }
        throw new Error(`The sign-on did not end within ${MOST_PAGES} pages: ${this.pages.join(' > ')}`);
    }

    /**
     * Private-use schemes go to an application and not over the network; loopback redirects are really asked for.
     * mcp-remote tells its URL before it listens, which a person is too slow to notice.
     */
    async #arrive(url) {
        if (!this.#arrives || (url.protocol !== 'http:' && url.protocol !== 'https:')) return url;
        for (const end = Date.now() + PATIENCE; ; ) {
            try {
                const response = await fetch(url, { redirect: 'manual' });
                await response.text();
                return url;
            } catch (error) {
                if (error.cause?.code !== 'ECONNREFUSED' || Date.now() > end) throw error;
                await new Promise(resolve => setTimeout(resolve, 50));
            }
        }
    }

    async #send({ url, method, body, origin }) {
        const headers = { accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8', ...this.#cookieHeader(url) };
        if (body) headers['content-type'] = 'application/x-www-form-urlencoded';
        if (origin) headers.origin = origin;
        const response = await fetch(url, { method, headers, body, redirect: 'manual' });
        this.pages.push(`${method} ${url.origin}${url.pathname} ${response.status}`);
        this.#keepCookies(url, response);
        return response;
    }

    async #next(request, response, decision) {
        const location = response.headers.get('location');
        if (REDIRECTS.has(response.status) && location) {
            await response.body?.cancel();
            return { url: new URL(location, request.url), method: 'GET' };
        }
        const html = await response.text();
        const page = parse(html);
        const refresh = metaRefresh(page);
        if (refresh) return { url: new URL(refresh, request.url), method: 'GET' };
        const form = page.querySelectorAll('form').find(candidate => candidate.querySelector('input,button'));
        if (response.status >= 400 || !form) {
            throw new Error(`No way on from ${this.pages.join(' > ')}: ${page.textContent.replace(/\s+/g, ' ').slice(0, 400)}`);
        }
        return submission(form, request.url, originOf(request.url, response), this.#answers(form, decision));
    }

    #answers(form, decision) {
        if (form.querySelector('input[name=user_code]')) return { user_code: this.#code };
        if (!form.querySelector('input[type=password]')) return buttonFor(form, decision);
        return { username: this.#user, password: this.#password };
    }

    // Real browsers keep cookies by host, not by port: a proxy and an Okta on one host see each other's.
    #cookieHeader(url) {
        const jar = this.#cookies.get(url.hostname);
        if (!jar?.size) return {};
        return { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') };
    }

    #keepCookies(url, response) {
        const jar = this.#cookies.get(url.hostname) ?? new Map();
        for (const line of response.headers.getSetCookie()) {
            const [pair, ...attributes] = line.split(';').map(part => part.trim());
            const name = pair.slice(0, pair.indexOf('='));
            const value = pair.slice(pair.indexOf('=') + 1);
            if (attributes.some(attribute => /^max-age=(0|-)/i.test(attribute)) || value === '') jar.delete(name);
            else jar.set(name, value);
        }
        this.#cookies.set(url.hostname, jar);
    }
}

function isReached(url, redirectUri) {
    const wanted = new URL(redirectUri);
    return url.protocol === wanted.protocol && url.host === wanted.host && url.pathname === wanted.pathname;
}

function metaRefresh(page) {
    const meta = page.querySelectorAll('meta').find(one => /^refresh$/i.test(one.getAttribute('http-equiv') ?? ''));
    return meta?.getAttribute('content')?.match(/url=['"]?([^'"]+)['"]?\s*$/i)?.[1];
}

function buttonFor(form, decision) {
    const wanted = decision === 'allow' ? /allow|approve|accept|yes|continue/i : /deny|cancel|refuse|no\b/i;
    const buttons = form.querySelectorAll('button,input[type=submit]');
    const button = buttons.find(one => wanted.test(one.getAttribute('value') ?? '')) ?? buttons.find(one => wanted.test(one.textContent));
    if (!button) throw new Error(`The form has no button to ${decision}`);
    const name = button.getAttribute('name');
    return name ? { [name]: button.getAttribute('value') ?? '' } : {};
}

function submission(form, page, origin, answers) {
    const fields = new URLSearchParams();
    for (const input of form.querySelectorAll('input[type=hidden]')) {
        fields.set(input.getAttribute('name'), input.getAttribute('value') ?? '');
    }
    for (const [name, value] of Object.entries(answers)) fields.set(name, value);
    const url = new URL(form.getAttribute('action') || page.href, page);
    if ((form.getAttribute('method') ?? 'get').toLowerCase() === 'post') {
        return { url, method: 'POST', body: fields.toString(), origin };
    }
    url.search = fields.toString();
    return { url, method: 'GET' };
}

// As Chrome does: a form on a page with "Referrer-Policy: no-referrer" posts "Origin: null".
function originOf(page, response) {
    return /no-referrer\s*$/i.test(response.headers.get('referrer-policy') ?? '') ? 'null' : page.origin;
}
