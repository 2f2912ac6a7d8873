document.title = JSON.parse(document.getElementById("content").textContent).title.en;
