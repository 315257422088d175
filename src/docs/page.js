// The page at /docs: Swagger UI with a layout of our own. Swagger UI's layout fills the first screen with the prose of
// the document; ours begins with what a person came for: the token, a filter and the operations. The prose is folded
// above them, and so are the answers to what went wrong, which are most of an operation's answers and all alike.
"use strict";

(() => {
  const isError = (code) => /^[45]/.test(code);

  // The description's first paragraph says what this is; the rest is for whoever reads on.
  const split = (description) => {
    const end = description.indexOf("\n\n");
    return end < 0 ? [description, ""] : [description.slice(0, end), description.slice(end)];
  };

  const headings = (prose) =>
    Array.from(prose.matchAll(/^### (.+)$/gm), (match) => match[1]).join(", ").toLowerCase();

  const scrollToTag = (tag) => document.querySelector(`.opblock-tag[data-tag="${CSS.escape(tag)}"]`).scrollIntoView();

  function Layout({ getComponent, authSelectors, layoutActions, layoutSelectors, specSelectors, React: { createElement: h } }) {
    const Errors = getComponent("errors", true);
    const status = specSelectors.loadingStatus();
    if (status !== "success") {
      return h("div", { className: "swagger-ui wrapper" }, status === "failed" ? h(Errors) : h("p", null, "Loading …"));
    }
    const info = specSelectors.info();
    const [lead, prose] = split(info.get("description") ?? "");
    const filter = layoutSelectors.currentFilter() || "";
    const tags = specSelectors.taggedOperations();
    const Markdown = getComponent("Markdown", true);
    const show = (tag) => {
      layoutActions.show(["operations-tag", tag], true);
      setTimeout(() => scrollToTag(tag));
    };
    return h("div", { className: "swagger-ui" },
      h(getComponent("SvgAssets")),
      h("header", { className: "wrapper head" },
        h("h1", null, info.get("title"), " ", h("small", null, info.get("version"))),
        h(Markdown, { source: lead, className: "lead" }),
        h("div", { className: "tools" },
          h("input", {
            type: "search",
            className: "operation-filter-input",
            placeholder: "Filter: merge, /tags, delete …",
            "aria-label": "Filter the operations",
            value: filter,
            onChange: (event) => layoutActions.updateFilter(event.target.value),
          }),
          h("a", { href: specSelectors.url() }, "openapi.json"),
          h(getComponent("AuthorizeBtnContainer", true))),
        h("details", { className: "prose" },
          h("summary", null, "How it works: ", headings(prose)),
          h(Markdown, { source: prose })),
        h("nav", { className: "tags", "aria-label": "Resources" },
          tags.keySeq().map((tag) =>
            h("button", { key: tag, type: "button", onClick: () => show(tag) }, tag)).toArray())),
      h("main", { className: "wrapper" },
        h(Errors),
        tags.size ? h(getComponent("operations", true)) : h("p", { className: "nothing" }, `Nothing matches “${filter}”.`)),
      h("footer", { className: "wrapper" }, h(getComponent("Models", true))));
  }

  // An operation's answers: those that say what went wrong come behind a line that counts them.
  const foldErrors = (Responses, { React }) => (props) => {
    const [isOpen, open] = React.useState(false);
    const errors = props.responses.filter((_, code) => isError(code));
    const responses = isOpen ? props.responses : props.responses.filterNot((_, code) => isError(code));
    const h = React.createElement;
    return h(React.Fragment, null,
      h(Responses, { ...props, responses }),
      errors.size > 0 && h("button", {
        type: "button",
        className: "fold error-answers",
        "aria-expanded": isOpen,
        onClick: () => open(!isOpen),
      }, `${errors.size} error answers: ${errors.keySeq().join(", ")}`));
  };

  // One of them: a line too, until it is asked for.
  const foldError = (Response, { React }) => (props) => {
    const [isOpen, open] = React.useState(false);
    const h = React.createElement;
    if (!isError(props.code)) {
      return h(Response, props);
    }
    const Markdown = props.getComponent("Markdown", true);
    return h(React.Fragment, null,
      h("tr", { className: "error-answer" },
        h("td", { className: "response-col_status" }, props.code),
        h("td", { className: "response-col_description", colSpan: 2 },
          h("button", { type: "button", className: "fold", "aria-expanded": isOpen, onClick: () => open(!isOpen) },
            h(Markdown, { source: props.response.get("description") })))),
      isOpen && h(Response, props));
  };

  // Swagger UI's own filter knows the names of the resources only.
  const filterOperations = (tags, phrase) => {
    const words = phrase.toLowerCase().split(/\s+/);
    const matches = (tag) => (entry) => {
      const operation = entry.get("operation");
      const text = [tag, entry.get("method"), entry.get("path"), operation.get("summary"), operation.get("operationId")];
      return words.every((word) => text.join(" ").toLowerCase().includes(word));
    };
    return tags
      .map((entry, tag) => entry.update("operations", (operations) => operations.filter(matches(tag))))
      .filter((entry) => entry.get("operations").size > 0);
  };

  // What acts on one object follows its list: `/contacts`, `/contacts/{id}`, and only then `/contacts/bulk`.
  const position = (operation) => operation.get("path").replaceAll("{", " {");
  const byPath = (a, b) => (position(a) < position(b) ? -1 : Number(position(a) > position(b)));

  const plugin = (system) => ({
    components: { ContactsLayout: (props) => Layout({ ...props, React: system.React }) },
    fn: { opsFilter: filterOperations },
    wrapComponents: { responses: foldErrors, response: foldError },
  });

  SwaggerUIBundle({
    dom_id: "#page",
    url: "/openapi.json",
    layout: "ContactsLayout",
    plugins: [plugin],
    // A link to an operation can be sent to somebody.
    deepLinking: true,
    // Schemas come last, folded.
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    filter: "",
    operationsSorter: byPath,
    // The token outlives a reload; "Logout" forgets it.
    persistAuthorization: true,
    showCommonExtensions: true,
    tryItOutEnabled: true,
    // The document is not sent to anybody to be checked.
    validatorUrl: "none",
  });
})();
