// Starts Swagger UI. Requests made here use the session, so they carry the CSRF token; a key typed in wins.
"use strict";

const place = document.getElementById("api-docs");

window.SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null,
  presets: [window.SwaggerUIBundle.presets.apis],
  requestInterceptor: (request) => {
    if (!request.headers.Authorization) request.headers["X-CSRFToken"] = place.dataset.csrf;
    return request;
  },
});
