from django.urls import URLPattern, URLResolver, path

from linli.cards.views import cards, inquiries, lists, orders, report, rules, wishes

app_name = "cards"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", cards.cards, name="cards"),
    path("cards.csv", cards.cards_file, name="cards_file"),
    path("cards/<str:number>/give/", cards.give, name="give"),
    path("cards/<str:number>/<int:card_number>/", cards.card, name="card"),
    path("cards/<str:number>/<int:card_number>/print/", cards.sheet, name="sheet"),
    path("cards/<str:number>/<int:card_number>/<str:deed>", cards.act, name="act"),
    path("orders/", orders.orders, name="orders"),
    path("orders.csv", orders.orders_file, name="orders_file"),
    path("orders/<str:number>/<int:order_number>/", orders.order, name="order"),
    path("inquiries/", inquiries.inquiries, name="inquiries"),
    path("inquiries/<str:number>/new/", inquiries.propose, name="inquire"),
    path("inquiries/<str:number>/<int:inquiry_number>/", inquiries.inquiry, name="inquiry"),
    path(
        "inquiries/<str:number>/<int:inquiry_number>/print/",
        inquiries.sheet,
        name="inquiry_sheet",
    ),
    path("returns/", lists.returns, name="returns"),
    path("returns.csv", lists.returns_file, name="returns_file"),
    path("returns/<int:unit_id>/", lists.unit_returns, name="unit_returns"),
    path("questions/", lists.questions, name="questions"),
    path("questions/<int:unit_id>/", lists.unit_finishes, name="unit_finishes"),
    path("questions.csv", lists.questions_file, name="questions_file"),
    path("report/", report.report, name="report"),
    path("report.csv", report.report_file, name="report_file"),
    path("report/number/", report.behind, name="behind"),
    path("report/number/keep", report.keep, name="keep"),
    path("rules/", rules.rules, name="rules"),
    path("rules/new/", rules.add, name="add_rule"),
    path("rules/<int:rule_id>/end/", rules.end, name="end_rule"),
    path("reminders/", wishes.wishes, name="wishes"),
]
