/* Swagger UI over our own description, in the theme of the page. Its answers never leave the browser. */
(() => {
  const place = document.getElementById("api");
  const root = document.documentElement;
  const follow = () => root.classList.toggle("dark-mode", root.dataset.bsTheme === "dark");
  follow();
  new MutationObserver(follow).observe(root, { attributeFilter: ["data-bs-theme"] });
  window.SwaggerUIBundle({
    url: place.dataset.schema,
    domNode: place,
    docExpansion: "list",
    defaultModelsExpandDepth: -1,
    validatorUrl: null,
    persistAuthorization: false,
    presets: [window.SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
  });
})();
