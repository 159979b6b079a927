"""A web server for the tests of downloads: one folder on a free port of 127.0.0.1, with Range.

Prints its port, then one line per request: path and Range header. Options: --ignore-range answers 200 with the whole
file; --cut N closes the first connection after N bytes of the body; --trickle sends a byte now and then, for ever;
--no-length does not say how long the body is.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import http.server
import os
import time

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--ignore-range", action="store_true")
parser.add_argument("--cut", type=int, default=0)
parser.add_argument("--trickle", action="store_true")
parser.add_argument("--no-length", action="store_true")
options = parser.parse_args()
cuts_left = 1 if options.cut else 0


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        global cuts_left
        wanted = self.headers.get("Range", "")
        print(self.path, wanted, flush=True)
        path = os.path.join(options.folder, os.path.basename(self.path))
        if not os.path.isfile(path):
            self.send_error(404)
            return
        with open(path, "rb") as file:
            body = file.read()
        start = 0
        if wanted.startswith("bytes=") and not options.ignore_range:
            start = int(wanted[len("bytes="):].rstrip("-"))
            if start >= len(body):
                self.send_error(416)
                return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        if not options.no_length:
            self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        if cuts_left:
            cuts_left -= 1
            self.wfile.write(body[start:start + options.cut])
            self.wfile.flush()
            self.connection.close()
            return
        while options.trickle:
            try:
                self.wfile.write(b"x")
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.02)
        self.wfile.write(body[start:])

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
