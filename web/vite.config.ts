// Builds the page into one HTML file: one inline style, one inline script, nothing to fetch.
// SPDX-License-Identifier: Apache-2.0
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

// "</script" inside the program would end the script element, "<!--" would change how it is read.
function scriptText(code: string): string {
  return code.replace(/<\/(script)/gi, "<\\/$1").replace(/<!--/g, "\\x3C!--");
}

// The program becomes a classic script at the end of the body: modules are refused from file:// in some browsers.
function singleFile(): Plugin {
  return {
    name: "single-file",
    enforce: "post",
    generateBundle(_options, bundle) {
      const page = bundle["index.html"];
      if (page?.type !== "asset") return;
      let script = "";
      let style = "";
      for (const [name, file] of Object.entries(bundle)) {
        if (file.type === "chunk") script += file.code;
        else if (name.endsWith(".css")) style += file.source;
        if (file !== page) delete bundle[name];
      }
      page.source = String(page.source)
        .replace(/\s*<script type="module"[^>]*><\/script>/, "")
        .replace(/\s*<link rel="stylesheet"[^>]*>/, "")
        .replace("</head>", () => `<style>${style}</style>\n  </head>`)
        .replace("</body>", () => `<script>${scriptText(script)}</script>\n  </body>`);
    },
  };
}

export default defineConfig({
  plugins: [singleFile()],
  esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
  build: {
    target: "es2022",
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    cssCodeSplit: false,
    modulePreload: false,
    rollupOptions: { output: { format: "iife", inlineDynamicImports: true } },
  },
  test: { include: ["tests/unit/**/*.test.{ts,tsx}"] },
});
