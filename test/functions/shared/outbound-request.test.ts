import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { outboundRequest, UnexpectedUpgradeError } from '../../../functions/shared/outbound-request.ts';

/** Servers of somebody else that behave badly: raw sockets, as no HTTP library would let a server do this. */
const open: { server: Server; sockets: Set<Socket> }[] = [];

afterEach(async () => {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => server.close(done));
  }
});

/** A server that does `answer` with each connection once the request has come; its URL. */
async function serving(answer: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => answer(socket));
  });
  open.push({ server, sockets });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/hook`;
}

const TIMEOUT_MS = 300;
const call = (url: string, readBytes = 100) =>
  outboundRequest(
    { method: 'POST', url, headers: {}, body: '{}' },
    { allowLoopback: true, readBytes, timeoutMs: TIMEOUT_MS },
  );

/** Writes again and again for as long as the other side listens. */
function dripping(socket: Socket, text: string): void {
  const timer = setInterval(() => socket.write(text), 20);
  socket.on('close', () => clearInterval(timer));
}

describe('outboundRequest', () => {
  it('gives status, headers and as much of the body as is asked for', async () => {
    const url = await serving((socket) => socket.end('HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 5\r\n\r\nhello'));
    expect(await call(url, 3)).toMatchObject({ status: 200, headers: { 'x-a': 'b' }, body: 'hel' });
  });

  it.each([
    ['with the headers of an upgrade', 'Connection: Upgrade\r\nUpgrade: websocket\r\n'],
    ['without them', ''],
  ])('a 101 that nobody asked for, %s, ends the call', async (_what, headers) => {
    const url = await serving((socket) => socket.write(`HTTP/1.1 101 Switching Protocols\r\n${headers}\r\n`));
    await expect(call(url)).rejects.toThrow(UnexpectedUpgradeError);
  });

  it('an offer to upgrade beside an answer changes nothing', async () => {
    const upgrade = 'Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n';
    const url = await serving((socket) => socket.write(`HTTP/1.1 200 OK\r\n${upgrade}\r\nok`));
    expect(await call(url)).toMatchObject({ status: 200, body: 'ok' });
  });

  it('statuses that only announce another are passed over', async () => {
    const url = await serving((socket) =>
      socket.end(
        'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
      ),
    );
    expect(await call(url)).toMatchObject({ status: 204, body: '' });
  });

  it('a connection that closes without an answer ends the call', async () => {
    const url = await serving((socket) => socket.end());
    await expect(call(url)).rejects.toThrow('socket hang up');
  });

  it.each([
    ['says nothing', (_socket: Socket) => undefined],
    ['announces an answer for ever', (socket: Socket) => dripping(socket, 'HTTP/1.1 102 Processing\r\n\r\n')],
    [
      'sends its headers a letter at a time',
      (socket: Socket) => {
        socket.write('HTTP/1.1 200 OK\r\nX-Slow: ');
        dripping(socket, 'a');
      },
    ],
  ])('one that %s is given up at the deadline', async (_what, answer) => {
    await expect(call(await serving(answer))).rejects.toThrow('The operation was aborted');
  });

  it('a body that drips is given up at the deadline, and what came counts', async () => {
    const url = await serving((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n');
      dripping(socket, 'x');
    });
    const { status, body } = await call(url, 1_000_000);
    expect(status).toBe(200);
    expect(body).toMatch(/^x+$/);
  });

  it('a flood of headers is refused', async () => {
    const url = await serving((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      socket.write(`X-Flood: ${'a'.repeat(4000)}\r\n`.repeat(100));
    });
    await expect(call(url)).rejects.toThrow('Header overflow');
  });
});
