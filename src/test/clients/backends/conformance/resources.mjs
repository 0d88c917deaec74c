import { ResourceTemplate } from '@modelcontextprotocol/server';
import { PICTURE } from './samples.mjs';

export function registerResources(server) {
    const plain = (name, uri, content) =>
        server.registerResource(name, uri, { description: name, mimeType: content.mimeType }, async () => ({
            contents: [{ uri, ...content }]
        }));
    plain('static-text', 'test://static-text', { mimeType: 'text/plain', text: 'This is the content of the static text resource.' });
    plain('static-binary', 'test://static-binary', { mimeType: 'image/png', blob: PICTURE });
    plain('watched-resource', 'test://watched-resource', { mimeType: 'text/plain', text: 'Watched resource content' });
    server.registerResource(
        'template',
        new ResourceTemplate('test://template/{id}/data', { list: undefined }),
        { description: 'Any id', mimeType: 'application/json' },
        async (uri, { id }) => ({
            contents: [
                {
                    uri: uri.toString(),
                    mimeType: 'application/json',
                    text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` })
                }
            ]
        })
    );
    server.server.setRequestHandler('resources/subscribe', async () => ({}));
    server.server.setRequestHandler('resources/unsubscribe', async () => ({}));
}
