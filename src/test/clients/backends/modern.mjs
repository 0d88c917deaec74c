// A small MCP server of the 2026-07-28 revision only: no sessions, no initialize. Its tools carry the same names as
// those of server-everything, so that one trip fits both.
import { createServer } from 'node:http';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { localhostHostValidation, toNodeHandler } from '@modelcontextprotocol/node';
import { z } from 'zod';

const port = Number(process.env.PORT ?? 0);
const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

function backend() {
    const server = new McpServer({ name: 'modern-backend', version: '1.0.0' });
    server.registerTool(
        'echo',
        { description: 'Says what it was told', inputSchema: z.object({ message: z.string() }) },
        async ({ message }) => ({ content: [{ type: 'text', text: `Echo: ${message}` }] })
    );
    server.registerTool(
        'trigger-long-running-operation',
        {
            description: 'Takes its time and tells how far it is',
            inputSchema: z.object({ duration: z.number().default(10), steps: z.number().default(5) })
        },
        async ({ duration, steps }, context) => {
            const progressToken = context.mcpReq._meta?.progressToken;
            for (let progress = 1; progress <= steps; progress++) {
                await pause((duration / steps) * 1000);
                if (progressToken !== undefined) {
                    await context.mcpReq.notify({
                        method: 'notifications/progress',
                        params: { progress, total: steps, progressToken }
                    });
                }
            }
            return { content: [{ type: 'text', text: `Long running operation completed. Steps: ${steps}.` }] };
        }
    );
    return server;
}

const allowsHost = localhostHostValidation();
const handle = toNodeHandler(createMcpHandler(backend, { legacy: 'reject' }));
const http = createServer((request, response) => {
    if (!allowsHost(request, response)) return;
    if (new URL(request.url, 'http://localhost').pathname !== '/mcp') {
        response.writeHead(404).end();
        return;
    }
    handle(request, response);
});
http.listen(port, '127.0.0.1', () => console.error(`listening on port ${http.address().port}`));
