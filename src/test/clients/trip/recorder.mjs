// Remembers which requests a client made and how they were answered, without headers or bodies: no token is kept.
export class Recorder {
    requests = [];

    fetch = async (input, init) => {
        const url = new URL(input instanceof Request ? input.url : input);
        const response = await fetch(input, init);
        this.requests.push({ method: init?.method ?? 'GET', path: url.pathname, grant: grantOf(init), status: response.status, challenge: response.headers.get('www-authenticate') });
        return response;
    };

    find(wanted) {
        return this.requests.find(request => Object.entries(wanted).every(([key, value]) => request[key] === value));
    }

    toString() {
        return this.requests.map(({ method, path, grant, status }) => `${method} ${path}${grant ? ` (${grant})` : ''} ${status}`).join('\n');
    }
}

function grantOf(init) {
    if (!(init?.body instanceof URLSearchParams)) return undefined;
    return init.body.get('grant_type') ?? undefined;
}
