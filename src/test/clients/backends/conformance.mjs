// A server with everything that the conformance suite asks a server for, in both eras on one endpoint: sessions with
// streams that can be resumed for 2025-11-25 and older, single requests for 2026-07-28.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { localhostHostValidation, localhostOriginValidation, NodeStreamableHTTPServerTransport, toNodeHandler } from '@modelcontextprotocol/node';
import { classifyInboundRequest, createMcpHandler, isInitializeRequest, McpServer } from '@modelcontextprotocol/server';
import { KeptEvents } from './conformance/kept-events.mjs';
import { registerPrompts } from './conformance/prompts.mjs';
import { registerResources } from './conformance/resources.mjs';
import { registerRounds, states } from './conformance/rounds.mjs';
import { registerTools } from './conformance/tools.mjs';

const port = Number(process.env.PORT ?? 0);
const sessions = new Map();
const modern = createMcpHandler(() => backend(), { onerror: error => console.error(error) });
const handleModern = toNodeHandler(modern);

function backend() {
    const listChanged = true;
    const server = new McpServer(
        { name: 'conformance-backend', version: '1.0.0' },
        {
            capabilities: {
                tools: { listChanged },
                resources: { subscribe: true, listChanged },
                prompts: { listChanged },
                logging: {},
                completions: {}
            },
            requestState: { verify: states.verify }
        }
    );
    registerTools(server, {
        closeStream: (session, request) => sessions.get(session)?.closeSSEStream(request),
        toolsChanged: () => modern.notify.toolsChanged(),
        promptsChanged: () => modern.notify.promptsChanged()
    });
    registerRounds(server);
    registerResources(server);
    registerPrompts(server);
    server.server.setRequestHandler('logging/setLevel', async () => ({}));
    return server;
}

async function openSession(request, response, message) {
    const transport = new NodeStreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        eventStore: new KeptEvents(),
        retryInterval: 500,
        onsessioninitialized: id => sessions.set(id, transport)
    });
    transport.onclose = () => sessions.delete(transport.sessionId);
    await backend().connect(transport);
    await transport.handleRequest(request, response, message);
}

async function handleLegacy(request, response, message) {
    const id = request.headers['mcp-session-id'];
    if (sessions.has(id)) {
        await sessions.get(id).handleRequest(request, response, message);
    } else if (id) {
        refuse(response, 404, -32001, 'Session not found');
    } else if (message && isInitializeRequest(message)) {
        await openSession(request, response, message);
    } else {
        refuse(response, 400, -32000, 'A session is needed');
    }
}

function refuse(response, status, code, message) {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } }));
}

function isModern(request, body) {
    const inbound = classifyInboundRequest({
        httpMethod: request.method,
        protocolVersionHeader: request.headers['mcp-protocol-version'],
        mcpMethodHeader: request.headers['mcp-method'],
        body
    });
    return inbound.kind !== 'legacy';
}

async function handle(request, response) {
    if (request.method !== 'POST') {
        await handleLegacy(request, response);
        return;
    }
    let message;
    try {
        message = await json(request);
    } catch {
        refuse(response, 400, -32700, 'Not JSON');
        return;
    }
    await (isModern(request, message) ? handleModern : handleLegacy)(request, response, message);
}

const allowsHost = localhostHostValidation();
const allowsOrigin = localhostOriginValidation();
const http = createServer((request, response) => {
    if (!allowsHost(request, response) || !allowsOrigin(request, response)) return;
    handle(request, response).catch(error => {
        console.error(error);
        response.destroy(error);
    });
});
http.listen(port, '127.0.0.1', () => console.error(`listening on port ${http.address().port}`));
