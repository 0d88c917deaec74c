// What is sent: requests to every endpoint, from nearly right to nonsense.
import fc from 'fast-check';

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH', 'TRACE', 'PROPFIND'];
const PARAMETERS = [
    'acr_values',
    'actor_token',
    'assertion',
    'audience',
    'claims',
    'client_assertion',
    'client_assertion_type',
    'client_id',
    'client_secret',
    'code',
    'code_challenge',
    'code_challenge_method',
    'code_verifier',
    'decision',
    'device_code',
    'display',
    'dpop_jkt',
    'error',
    'error_description',
    'grant_type',
    'id_token_hint',
    'iss',
    'login_hint',
    'max_age',
    'nonce',
    'password',
    'prompt',
    'redirect_uri',
    'refresh_token',
    'request',
    'request_uri',
    'requested_token_type',
    'resource',
    'response_mode',
    'response_type',
    'scope',
    'state',
    'subject_token',
    'subject_token_type',
    'token',
    'token_type_hint',
    'ui_locales',
    'user_code',
    'username'
];
const METADATA = [
    'application_type',
    'client_id',
    'client_name',
    'client_secret',
    'client_uri',
    'contacts',
    'default_max_age',
    'dpop_bound_access_tokens',
    'grant_types',
    'jwks',
    'jwks_uri',
    'logo_uri',
    'policy_uri',
    'redirect_uris',
    'require_pushed_authorization_requests',
    'response_types',
    'scope',
    'software_id',
    'software_statement',
    'software_version',
    'token_endpoint_auth_method',
    'tos_uri'
];
const MESSAGE_METHODS = [
    'initialize',
    'notifications/initialized',
    'notifications/cancelled',
    'ping',
    'prompts/get',
    'prompts/list',
    'resources/list',
    'resources/read',
    'server/discover',
    'tools/call',
    'tools/list'
];

const text = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.constantFrom(
        '',
        ' ',
        '\0',
        '\r\n',
        '%',
        '%00',
        '%zz',
        '..',
        '../..',
        "'",
        '"',
        '<script>',
        '${jndi:ldap://x}',
        '{{7*7}}',
        '-1',
        '0',
        '1e999',
        '9'.repeat(400),
        'null',
        'true',
        '[]',
        '{}',
        '\ud800',
        '\u202e',
        'é'.repeat(300),
        'a'.repeat(9_000),
        'http://',
        'https://a@b',
        'http://127.0.0.1:1/',
        'javascript:alert(1)',
        'urn:',
        'file:///etc/passwd',
        '//evil',
        '\\\\evil'
    )
);

/** A value of the installation's own, or anything. */
const nearly = values => fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...values) }, { weight: 2, arbitrary: text });

const latin = fc.string({
    unit: fc
        .integer({ min: 0x20, max: 0xff })
        .filter(c => c !== 0x7f)
        .map(c => String.fromCharCode(c)),
    maxLength: 60
});

const json = fc.oneof(
    fc.json({ maxDepth: 4 }),
    fc.integer({ min: 1, max: 3_000 }).map(depth => '['.repeat(depth) + ']'.repeat(depth)),
    fc.integer({ min: 1, max: 3_000 }).map(depth => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)),
    fc.tuple(fc.json({ maxDepth: 1 }), fc.json({ maxDepth: 1 })).map(([a, b]) => a + b),
    fc.json({ maxDepth: 2 }).chain(whole => fc.nat({ max: whole.length }).map(end => whole.slice(0, end))),
    text
);

const object = (names, values) =>
    fc
        .array(fc.tuple(fc.oneof(fc.constantFrom(...names), text), values), { maxLength: 8 })
        .map(members => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`);

const value = own =>
    fc.oneof(
        fc.constantFrom(...own).map(known => JSON.stringify(known)),
        fc.array(fc.constantFrom(...own), { maxLength: 3 }).map(known => JSON.stringify(known)),
        json
    );

const base64url = given => Buffer.from(given, 'utf8').toString('base64url');

/** What stands where a JWT has an object: one, or other JSON. */
const part = (names, values) => fc.oneof({ weight: 6, arbitrary: object(names, values) }, { weight: 1, arbitrary: json });

/** A real token of which one part is another's, or that was never one. */
const token = tokens =>
    fc.oneof(
        { weight: 2, arbitrary: fc.constantFrom(...tokens) },
        {
            weight: 3,
            arbitrary: fc.tuple(fc.constantFrom(...tokens), fc.nat(), fc.integer({ min: 0x21, max: 0x7e })).map(([whole, at, sign]) => {
                const place = at % whole.length;
                return whole.slice(0, place) + String.fromCharCode(sign) + whole.slice(place + 1);
            })
        },
        {
            weight: 4,
            arbitrary: fc
                .tuple(
                    part(
                        ['alg', 'typ', 'kid', 'jwk', 'jku', 'x5u', 'x5c', 'crit', 'cty', 'zip', 'enc', 'b64'],
                        value([
                            'none',
                            'RS256',
                            'HS256',
                            'ES256',
                            'at+jwt',
                            'JWT',
                            'dpop+jwt',
                            'oauth-id-jag+jwt',
                            'mcp-identity+jwt',
                            'DEF'
                        ])
                    ),
                    part(
                        ['iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'jti', 'scope', 'client_id', 'grant', 'act', 'azp', 'resource'],
                        value(['mcp', 'openid', 'now'])
                    ),
                    fc.constantFrom(...tokens),
                    fc.constantFrom(0, 1, 2, 3)
                )
                .map(([header, claims, real, kept]) => {
                    const parts = real.split('.');
                    return [
                        kept === 1 ? parts[0] : base64url(header),
                        kept === 2 ? parts[1] : base64url(claims),
                        kept === 3 ? '' : (parts[2] ?? '')
                    ].join('.');
                })
        },
        {
            weight: 1,
            arbitrary: fc.array(fc.constantFrom('a', 'eyJhbGciOiJub25lIn0', '', 'e30'), { maxLength: 6 }).map(parts => parts.join('.'))
        },
        { weight: 1, arbitrary: latin }
    );

/** As a form writes them, with repetitions, and now and then with an escape that is broken. */
const form = ({ own, tokens }) =>
    fc
        .array(
            fc.tuple(
                fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PARAMETERS) }, { weight: 1, arbitrary: text }),
                fc.oneof({ weight: 6, arbitrary: nearly(own) }, { weight: 1, arbitrary: token(tokens) })
            ),
            { maxLength: 9 }
        )
        .chain(pairs =>
            fc
                .boolean()
                .map(raw =>
                    pairs.map(([name, given]) => `${encode(name, false)}=${encode(given, raw && pairs.length % 3 === 0)}`).join('&')
                )
        );

function encode(given, raw) {
    return raw ? given.replace(/[^\x21-\x7e]|[#?]/g, '+') : encodeURIComponent(given.toWellFormed());
}

const encoded = value => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A proof of possession but for its key and what it says. */
const proof = fc
    .tuple(fc.jsonValue(), fc.jsonValue())
    .map(([jwk, claims]) => [encoded({ typ: 'dpop+jwt', alg: 'ES256', jwk }), encoded(claims), 'AA'].join('.'));

const headers = given =>
    fc
        .record({
            authorization: fc.option(
                fc.oneof(
                    token(given.tokens).map(bearer => `Bearer ${bearer}`),
                    token(given.tokens).map(bound => `DPoP ${bound}`),
                    fc
                        .tuple(nearly(given.own), nearly(given.own))
                        .map(([id, secret]) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`),
                    latin
                ),
                { nil: undefined }
            ),
            dpop: fc.oneof(
                { weight: 4, arbitrary: fc.constant(undefined) },
                { weight: 1, arbitrary: fc.oneof(proof, token(given.tokens), latin) }
            ),
            accept: fc.option(
                fc.oneof(
                    fc.constantFrom(
                        'application/json, text/event-stream',
                        'text/html',
                        '*/*',
                        'text/event-stream',
                        'application/json;q=x',
                        'a/b;c'
                    ),
                    latin
                ),
                { nil: undefined }
            ),
            origin: fc.oneof(
                { weight: 9, arbitrary: fc.constant(undefined) },
                { weight: 1, arbitrary: fc.constantFrom('null', 'http://localhost:6274', 'https://evil.example', given.base) }
            ),
            cookie: fc.option(fc.oneof(fc.constantFrom('__Host-sign_on=x', given.cookie), latin), { nil: undefined }),
            'content-type': fc.option(
                fc.oneof(
                    { weight: 6, arbitrary: fc.constantFrom('application/x-www-form-urlencoded', 'application/json') },
                    {
                        weight: 1,
                        arbitrary: fc.constantFrom(
                            'application/json;charset=utf-16',
                            'multipart/form-data; boundary=a',
                            'text/plain',
                            'application/x-www-form-urlencoded;charset=none',
                            'x'
                        )
                    },
                    { weight: 1, arbitrary: latin }
                ),
                { nil: undefined }
            ),
            'mcp-protocol-version': fc.option(
                fc.oneof(fc.constantFrom('2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28', '2024-11-05'), latin),
                { nil: undefined }
            ),
            'mcp-session-id': fc.option(latin, { nil: undefined }),
            'mcp-method': fc.option(fc.oneof(fc.constantFrom(...MESSAGE_METHODS), latin), { nil: undefined }),
            'mcp-name': fc.option(fc.oneof(fc.constantFrom('echo', '=?base64?ZWNobw==?=', '=?base64?%?='), latin), { nil: undefined }),
            'last-event-id': fc.option(latin, { nil: undefined })
        })
        .map(all =>
            Object.fromEntries(
                Object.entries(all)
                    .filter(([, held]) => held !== undefined)
                    .map(([name, held]) => [name, held.trim()])
            )
        );

const message = object(
    ['jsonrpc', 'id', 'method', 'params', 'result', 'error'],
    fc.oneof(
        fc.constantFrom(...MESSAGE_METHODS, '2.0', '1.0').map(known => JSON.stringify(known)),
        object(['name', 'arguments', 'uri', '_meta', 'protocolVersion', 'capabilities', 'clientInfo'], json),
        json
    )
);

const body = given =>
    fc.oneof(
        { weight: 4, arbitrary: form(given) },
        {
            weight: 3,
            arbitrary: object(
                METADATA,
                value([...given.own, 'none', 'client_secret_basic', 'code', 'authorization_code', 'http://127.0.0.1:8123/callback'])
            )
        },
        { weight: 4, arbitrary: message },
        { weight: 1, arbitrary: fc.array(message, { maxLength: 4 }).map(batch => `[${batch.join(',')}]`) },
        { weight: 1, arbitrary: json },
        { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from(bytes)) }
    );

/** A right request's parameters, of which some are gone, another's, or there twice. */
const almostRight = given =>
    fc
        .tuple(
            fc.constantFrom(...given.right),
            fc.array(
                fc.tuple(
                    fc.constantFrom('drop', 'replace', 'repeat'),
                    fc.nat(),
                    fc.oneof({ weight: 3, arbitrary: nearly(given.own) }, { weight: 1, arbitrary: token(given.tokens) })
                ),
                { maxLength: 2 }
            )
        )
        .map(([{ method, path, headers: kept, parameters }, changes]) => {
            const sent = changes
                .reduce((pairs, [kind, at, other]) => {
                    const place = at % Math.max(1, pairs.length);
                    const [name] = pairs[place] ?? ['scope'];
                    const rest = pairs.slice(place + (kind === 'repeat' ? 0 : 1));
                    return [...pairs.slice(0, place), ...(kind === 'drop' ? [] : [[name, other]]), ...rest];
                }, Object.entries(parameters))
                .map(([name, held]) => `${encode(name, false)}=${encode(held, false)}`)
                .join('&');
            return method === 'GET'
                ? { method, headers: kept, body: '', target: `${path}?${sent}` }
                : { method, headers: { 'content-type': 'application/x-www-form-urlencoded', ...kept }, body: sent, target: path };
        });

/** One request by the rules of HTTP, whatever else is wrong with it. */
export const request = given => fc.oneof({ weight: 1, arbitrary: almostRight(given) }, { weight: 3, arbitrary: anyRequest(given) });

const anyRequest = given =>
    fc
        .record({
            method: fc.oneof(
                { weight: 6, arbitrary: fc.constantFrom('GET', 'POST') },
                { weight: 1, arbitrary: fc.constantFrom(...METHODS) }
            ),
            path: fc.oneof(
                { weight: 12, arbitrary: fc.constantFrom(...given.paths) },
                { weight: 1, arbitrary: text.map(name => `/${encode(name, false)}`) }
            ),
            query: fc.option(form(given), { nil: '' }),
            headers: headers(given),
            body: fc.option(body(given), { nil: '' })
        })
        .map(({ path, query, ...rest }) => ({ ...rest, target: query ? `${path}?${query}` : path }));

/** One that breaks them: bytes that were taken out of a good request, put in, or put twice. */
export const bytes = given =>
    fc
        .tuple(
            fc.constantFrom(
                `GET /mcp HTTP/1.1\r\nHost: ${given.host}\r\nAuthorization: Bearer ${given.tokens[0]}\r\n\r\n`,
                `POST /oauth2/v1/token HTTP/1.1\r\nHost: ${given.host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 21\r\n\r\ngrant_type=refresh_to`,
                `POST /mcp HTTP/1.1\r\nHost: ${given.host}\r\nAuthorization: Bearer ${given.tokens[0]}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"id"\r\n0\r\n\r\n`,
                `GET /oauth2/v1/authorize?client_id=a HTTP/1.1\r\nHost: ${given.host}\r\nAccept: text/html\r\n\r\n`
            ),
            fc.array(
                fc.tuple(
                    fc.nat(),
                    fc.constantFrom('out', 'in', 'twice'),
                    fc.oneof(
                        fc.constantFrom(
                            '\r',
                            '\n',
                            '\r\n',
                            '\0',
                            ' ',
                            ':',
                            '\t',
                            ',',
                            'Content-Length: 5\r\n',
                            'Transfer-Encoding: chunked\r\n',
                            'Host: evil\r\n',
                            'Expect: 100-continue\r\n',
                            'Upgrade: h2c\r\n'
                        ),
                        fc.integer({ min: 0, max: 255 }).map(c => String.fromCharCode(c))
                    )
                ),
                { minLength: 1, maxLength: 4 }
            )
        )
        .map(([whole, changes]) =>
            changes.reduce((sent, [at, kind, put]) => {
                const place = at % (sent.length + 1);
                const rest = kind === 'out' ? sent.slice(place + put.length) : sent.slice(place);
                return sent.slice(0, place) + (kind === 'twice' ? put + put : kind === 'in' ? put : '') + rest;
            }, whole)
        );
