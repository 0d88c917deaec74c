/** The events of one session, so that a stream that broke can go on after its last event id. */
export class KeptEvents {
    #events = [];

    async storeEvent(stream, message) {
        const id = `${stream}/${this.#events.length}`;
        this.#events.push({ id, stream, message });
        return id;
    }

    async getStreamIdForEventId(id) {
        return this.#events.find(event => event.id === id)?.stream;
    }

    async replayEventsAfter(lastId, { send }) {
        const last = this.#events.findIndex(event => event.id === lastId);
        const stream = this.#events[last]?.stream ?? lastId;
        for (const event of this.#events.slice(last + 1)) {
            // the event that only tells the id to resume at has no message
            if (event.stream === stream && Object.keys(event.message ?? {}).length > 0) {
                await send(event.id, event.message);
            }
        }
        return stream;
    }
}
