import { createServer, request as send } from 'node:http';

/** Adds a token to each request, for a client that cannot. Else it changes nothing, unless it is told to lose something. */
export class Shim {
    #http;
    #target;
    #token;
    #loss;

    /** @param loss what a bad proxy would lose: a method, or headers whose names begin so, in lower case */
    static async before(mcpUrl, token, loss) {
        const shim = new Shim(new URL(mcpUrl), token, loss);
        await new Promise(resolve => shim.#http.listen(0, 'localhost', resolve));
        return shim;
    }

    constructor(target, token, loss) {
        this.#target = target;
        this.#token = token;
        this.#loss = loss;
        this.#http = createServer((request, response) => this.#relay(request, response));
    }

    get url() {
        return `http://localhost:${this.#http.address().port}${this.#target.pathname}`;
    }

    #relay(request, response) {
        if (request.method === this.#loss) {
            response.writeHead(405).end();
            return;
        }
        const { hostname, port } = this.#target;
        const headers = this.#onward(request.rawHeaders);
        const onward = send({ hostname, port, path: request.url, method: request.method, headers, agent: false }, answer => {
            response.writeHead(answer.statusCode, answer.rawHeaders);
            answer.on('error', () => response.destroy()).pipe(response);
        });
        onward.on('error', () => response.destroy());
        request.pipe(onward);
        response.on('close', () => onward.destroy());
    }

    /** Names the server where the client named the shim: in Host, and in Origin. */
    #onward(rawHeaders) {
        const own = new URL(this.url).host;
        const headers = ['Authorization', `Bearer ${this.#token}`];
        for (let i = 0; i < rawHeaders.length; i += 2) {
            const [name, value] = rawHeaders.slice(i, i + 2);
            if (!this.#loss || !name.toLowerCase().startsWith(this.#loss)) headers.push(name, value.replace(own, this.#target.host));
        }
        return headers;
    }
}
